"""People, phones and reports as tests need them: each builder shows only what differs. Speaks to the app as a phone does."""

import base64
import hashlib
import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from PIL import Image

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

COUNTY = "320583"
FOREIGN_COUNTY = "350128"
HERE = {"lon": 120.9801, "lat": 31.3802}
MORNING = "2026-11-20T10:00:00+08:00"
TUS = {"Tus-Resumable": "1.0.0"}


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def a_user(
    app: "Flask", login: str, role: str = "inspector", *, county: str = COUNTY, region: str = "", name: str = "测试员"
) -> str:
    """Add a user straight to the store; returns the id."""
    from server.store.tables.organisation import User

    user_id = str(uuid.uuid4())
    with app.extensions["xuntu"].unit_of_work() as uow:
        uow.session.add(
            User(
                county=county,
                id=user_id,
                login=login,
                name=name,
                role=role,
                region=region or county,
                session_key="a-session-key",
                active=True,
            )
        )
    return user_id


def an_enrolment_code(app: "Flask", login: str) -> str:
    from server.domain.permissions import operator
    from server.services.enrolment import issue_code

    with app.extensions["xuntu"].unit_of_work() as uow:
        return str(issue_code(login, actor=operator(), uow=uow)["code"])


def a_jpeg(seed: int = 0, size: tuple[int, int] = (48, 32)) -> bytes:
    """A small JPEG whose bytes differ with the seed; its comment says which, since near colours compress to the same bytes."""
    content = io.BytesIO()
    Image.new("RGB", size, (seed % 256, seed // 256 % 256, 120)).save(content, "JPEG", comment=f"{seed}")
    return content.getvalue()


@dataclass
class Phone:
    """An enrolled phone: signs, chains, pushes and uploads through the app's own HTTP."""

    client: "FlaskClient"
    inspector_id: str
    device_id: str
    token: str
    key: Ed25519PrivateKey | EllipticCurvePrivateKey | None
    enrolled: dict[str, Any]
    seq: int = 0
    chain: str | None = None
    said: list[str] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def manifest(self, **differences: Any) -> str:
        """The text of a report; takes the next place in this device's chain unless told otherwise."""
        body = a_report(self.device_id, self.inspector_id, self.seq + 1, self.chain) | differences
        text = json.dumps(body, ensure_ascii=False)
        if "seq" not in differences:
            self.seq, self.chain = self.seq + 1, digest(text.encode("utf-8", "surrogatepass"))
        return text

    def revision(self, of: str, **differences: Any) -> str:
        """The text of the next revision of a report, in the next place of the chain."""
        before = json.loads(of)
        return self.manifest(id=before["id"], rev=before["rev"] + 1, prev=digest(of.encode()), **differences)

    def progress(self, task_id: str, state: str, **differences: Any) -> dict[str, Any]:
        """A signed task_progress item in the next place of the chain."""
        body = {
            "v": 1,
            "id": str(uuid.uuid4()),
            "device_id": self.device_id,
            "seq": self.seq + 1,
            "chain": self.chain,
            "captured_at": MORNING,
            "task_id": task_id,
            "state": state,
        }
        text = json.dumps(body | differences)
        self.seq, self.chain = self.seq + 1, digest(text.encode())
        return self.item(text, "task_progress")

    def post(self, body: bytes, path: str = "push", **headers: str) -> Any:
        """Any bytes to an endpoint of the sync API."""
        fixed = {**self.headers, "Content-Type": "application/json"}
        return self.client.post(f"/sync/v1/{path}", data=body, headers={**fixed, **headers})

    def item(self, text: str, type_: str = "report") -> dict[str, Any]:
        return {"type": type_, "manifest": text, "signature": self.sign(text.encode("utf-8", "surrogatepass"))}

    def sign(self, content: bytes) -> dict[str, str] | None:
        if self.key is None:
            return None
        spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if isinstance(self.key, Ed25519PrivateKey):
            alg, value = "Ed25519", self.key.sign(content)
        else:
            r, s = decode_dss_signature(self.key.sign(content, ECDSA(SHA256())))
            alg, value = "ES256", r.to_bytes(32) + s.to_bytes(32)
        return {"key_id": base64url(hashlib.sha256(spki).digest()), "alg": alg, "value": base64url(value)}

    def push(self, *items: Any, **envelope: Any) -> list[dict[str, Any]]:
        """Push items (manifest texts are signed first); the results."""
        prepared = [self.item(each) if isinstance(each, str) else each for each in items]
        reply = self.client.post("/sync/v1/push", json={"sent_at": MORNING, "items": prepared, **envelope}, headers=self.headers)
        assert reply.status_code == 200, reply.text
        results: list[dict[str, Any]] = reply.json["results"]
        return results

    def upload(self, content: bytes, **headers: str) -> Any:
        """Create an upload and send the whole content; the last answer."""
        created = self.create_upload(digest(content), len(content))
        assert created.status_code == 201, created.text
        if int(created.headers["Upload-Offset"]) == len(content):
            return created
        return self.patch(created.headers["Location"], 0, content, **headers)

    def create_upload(self, name: str, length: int, **headers: str) -> Any:
        metadata = f"digest {base64.b64encode(name.encode()).decode()}"
        fixed = {**self.headers, **TUS, "Upload-Length": str(length), "Upload-Metadata": metadata}
        return self.client.post("/sync/v1/files", headers={**fixed, **headers})

    def patch(self, location: str, offset: int, content: bytes, **headers: str) -> Any:
        fixed = {**self.headers, **TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.client.patch(location, data=content, headers={**fixed, **headers})

    def receipts(self, *questions: dict[str, Any]) -> list[dict[str, Any]]:
        reply = self.client.post("/sync/v1/receipts", json={"reports": list(questions)}, headers=self.headers)
        assert reply.status_code == 200, reply.text
        answers: list[dict[str, Any]] = reply.json["receipts"]
        return answers


def a_report(device_id: str, inspector_id: str, seq: int, chain: str | None) -> dict[str, Any]:
    """A complete, plausible report manifest without photos."""
    return {
        "v": 1,
        "id": str(uuid.uuid4()),
        "rev": 1,
        "prev": None,
        "device_id": device_id,
        "seq": seq,
        "chain": chain,
        "inspectors": [{"id": inspector_id, "certificate_no": None}],
        "captured_at": MORNING,
        "clock": {"zone": "Asia/Shanghai", "mono_ms": 1000, "server_offset_ms": 0},
        "position": {
            **HERE,
            "accuracy_m": 5,
            "accuracy_p": 0.68,
            "fixed_at": MORNING,
            "source": "gnss",
            "mocked": False,
            "crs": "wgs84",
        },
        "view": None,
        "observation": {"kind": "routine", "nothing_found": True},
        "photos": [],
        "app": {"name": "tests", "version": "1"},
    }


def a_declared_photo(content: bytes, **differences: Any) -> dict[str, Any]:
    declared = {
        "digest": digest(content),
        "bytes": len(content),
        "media_type": "image/jpeg",
        "taken_at": MORNING,
        "kind": "near",
        "source": "camera",
    }
    return declared | differences


def new_key(alg: str) -> Ed25519PrivateKey | EllipticCurvePrivateKey:
    return Ed25519PrivateKey.generate() if alg == "Ed25519" else generate_private_key(SECP256R1())


def a_phone(
    app: "Flask", login: str = "", *, alg: str | None = "Ed25519", county: str = COUNTY, region: str = "", code: str | None = None
) -> Phone:
    """A phone enrolled through HTTP for a (new) inspector; alg None enrols without a key."""
    login = login or f"inspector-{uuid.uuid4().hex[:8]}"
    user_id = "" if code else a_user(app, login, county=county, region=region)
    key = None if alg is None else new_key(alg)
    client = app.test_client()
    body = {
        "code": code or an_enrolment_code(app, login),
        "label": "测试终端",
        "platform": "tests",
        "app": {"name": "tests", "version": "1"},
        "public_key": None if key is None else {"alg": alg, "spki": base64url(spki_of(key))},
    }
    reply = client.post("/sync/v1/devices", json=body)
    assert reply.status_code == 201, reply.text
    answer = reply.json
    return Phone(client, user_id or answer["inspector"]["id"], answer["device_id"], answer["token"], key, answer)


def spki_of(key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def verify(signed: dict[str, Any], keys: list[dict[str, Any]]) -> None:
    """Raises InvalidSignature unless one of these server keys signed exactly this text."""
    key = next(key for key in keys if key["key_id"] == signed["signature"]["key_id"])
    public = load_der_public_key(base64.urlsafe_b64decode(key["spki"] + "=="))
    assert isinstance(public, Ed25519PublicKey)
    public.verify(base64.urlsafe_b64decode(signed["signature"]["value"] + "=="), signed["payload"].encode())


def rows_of(app: "Flask", row_type: Any, **equal: Any) -> list[Any]:
    """The rows of a table whose columns have these values."""
    from sqlalchemy import select

    with app.extensions["xuntu"].unit_of_work(read_only=True) as uow:
        return list(uow.session.scalars(select(row_type).filter_by(**equal)))


def payload_of(receipt: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(receipt["payload"])
    return payload


MakePhone = Callable[..., Phone]
