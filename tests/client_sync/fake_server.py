"""A small honest server of the protocol for tests, with faults on request. Checks signatures by itself, keeps all in memory."""

import base64
import gzip
import hashlib
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key


def b64u(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64u(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()


class Signer:
    def __init__(self):
        self.private = Ed25519PrivateKey.generate()
        self.spki = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = b64u(hashlib.sha256(self.spki).digest())

    def entry(self):
        return {"key_id": self.key_id, "use": "receipt", "alg": "Ed25519", "spki": b64u(self.spki)}

    def signed(self, payload: dict):
        text = json.dumps(payload)
        value = b64u(self.private.sign(text.encode()))
        return {"payload": text, "signature": {"key_id": self.key_id, "alg": "Ed25519", "value": value}}


class ReplyError(Exception):
    """Ends a request with this answer; a status of 0 closes the connection without a word."""

    def __init__(self, status, body=None, **headers):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


def problem(status, code, **headers):
    return ReplyError(status, {"status": status, "code": code, "title": code, "detail": code, "retry": "never"}, **headers)


def times(count, reply, *, on):
    """A fault hook: answers `reply` for the first `count` requests whose path ends with `on`."""
    left = [count]

    def hook(_method, path, _headers):
        if left[0] and path.rsplit("/", 1)[-1].startswith(on):
            left[0] -= 1
            raise reply

    return hook


class FakeServer:
    """`before` and `after` are fault hooks: called with (method, path, headers); what they raise is answered instead."""

    def __init__(self):
        self.lock = threading.RLock()
        self.signer = Signer()
        self.epoch = str(uuid.uuid4())
        self.max_items = 500
        self.signs_session = False
        self.new_keys = []
        self.devices, self.tokens, self.codes = {}, {}, {}
        self.revoked = set()
        self.rows = {}  # (id, rev, digest) -> {"current", "photos", "device"}
        self.refused = []
        self.blobs = {}
        self.uploads = {}
        self.pushes = []
        self.requests = Counter()
        self.patched_bytes = 0
        self.before: Callable = lambda *request: None
        self.after: Callable = lambda *request: None
        self.spoil_receipt: Callable = lambda receipt: receipt

    # The calls

    def enrol(self, body, _token):
        code, spki = body["code"], body["public_key"]["spki"]
        if self.codes.setdefault(code, spki) != spki:
            raise problem(403, "enrolment-code-invalid")
        device_id = str(uuid.uuid5(uuid.NAMESPACE_URL, code))
        token = uuid.uuid4().hex
        self.devices[device_id] = from_b64u(spki)
        self.tokens[token] = device_id
        reply = {
            "device_id": device_id,
            "token": token,
            "county": "320583",
            "inspector": {"id": str(uuid.uuid4()), "name": "甲", "certificate_no": "Z-1"},
            "crew": None,
            "regions": ["320583"],
            "server_keys": [self.signer.entry()],
            "enrolment": self.signer.signed({"device_id": device_id}),
            "carry_recipient": "age1x",
            "server_epoch": self.epoch,
            "limits": {"push_items": 500},
        }
        return 201, reply

    def session(self, _body, _device):
        reply = {"server_time": datetime.now(UTC).isoformat(), "server_epoch": self.epoch, "checkpoint": None}
        if self.signs_session:
            reply["server_keys_signed"] = self.signer.signed({"server_keys": self.new_keys, "server_epoch": self.epoch})
        return 200, reply

    def push(self, body, device):
        if len(body["items"]) > self.max_items:
            raise problem(413, "too-large")
        self.pushes.append({**body, "device": device})
        return 200, {"results": [self.judge(item, device) for item in body["items"]], "server_time": "x"}

    def judge(self, item, device):
        digest = sha256(item["manifest"].encode())
        try:
            manifest = json.loads(item["manifest"])
            key = (str(uuid.UUID(manifest["id"])), manifest.get("rev", 1), digest)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.refused.append((device, digest))
            return {"id": None, "rev": None, "digest": digest, "outcome": "refused", "receipt": None, "missing": [], "flags": []}
        known = key in self.rows
        if not known:
            current = self.current_of(manifest, item, digest)
            photos = [photo["digest"] for photo in manifest.get("photos", [])]
            self.rows[key] = {"current": current, "photos": photos, "device": device, "epoch": self.epoch}
            self.release(manifest["id"])
        outcome = "duplicate" if known else self.rows[key]["current"]
        return {"outcome": outcome, "flags": [], **self.word(key)}

    def current_of(self, manifest, item, digest):
        spki = self.devices.get(manifest["device_id"])
        try:
            load_der_public_key(spki).verify(from_b64u(item["signature"]["value"]), item["manifest"].encode())
        except (InvalidSignature, TypeError):
            return "quarantined"
        others = [
            key for key, row in self.rows.items() if key[:2] == (manifest["id"], manifest.get("rev", 1)) and key[2] != digest
        ]
        if manifest["v"] != 1 or others:
            return "quarantined"
        rev = manifest.get("rev") or 1
        if rev > 1 and not any(k[:2] == (manifest["id"], rev - 1) and row["current"] == "stored" for k, row in self.rows.items()):
            return "held"
        return "stored"

    def release(self, report_id):
        for key in sorted((key for key in self.rows if key[0] == report_id), key=lambda key: key[1] or 0):
            before = [row["current"] for k, row in self.rows.items() if k[0] == report_id and k[1] == (key[1] or 1) - 1]
            if self.rows[key]["current"] == "held" and "stored" in before:
                self.rows[key]["current"] = "stored"

    def word(self, key):
        row = self.rows[key]
        missing = [digest for digest in row["photos"] if digest not in self.blobs]
        payload = {
            "id": key[0],
            "rev": key[1],
            "digest": key[2],
            "state": "received" if missing else "complete",
            "photos": {"declared": len(row["photos"]), "stored": len(row["photos"]) - len(missing)},
            "server_time": datetime.now(UTC).isoformat(),
            "server_epoch": self.epoch,
            "log_id": "log",
            "log_index": 1,
        }
        receipt = self.spoil_receipt(self.signer.signed(payload))
        return {"id": key[0], "rev": key[1], "digest": key[2], "current": row["current"], "missing": missing, "receipt": receipt}

    def receipts(self, body, _device):
        answers = []
        for asked in body["reports"]:
            key = (asked["id"], asked["rev"], asked["digest"])
            answers.append({"known": True, **self.word(key)} if key in self.rows else {"known": False})
        return 200, {"receipts": answers}

    # tus

    def create(self, headers):
        fields = dict(pair.split(" ") for pair in headers["Upload-Metadata"].split(","))
        upload = uuid.uuid4().hex
        digest = base64.b64decode(fields["digest"]).decode()
        self.uploads[upload] = {"digest": digest, "length": int(headers["Upload-Length"]), "bytes": self.blobs.get(digest, b"")}
        raise ReplyError(201, None, Location=f"http://elsewhere.invalid/sync/v1/files/{upload}")

    def head(self, upload):
        if upload not in self.uploads:
            raise ReplyError(404)
        raise ReplyError(200, None, **{"Upload-Offset": str(len(self.uploads[upload]["bytes"]))})

    def patch(self, upload, headers, chunk):
        entry = self.uploads.get(upload)
        if entry is None:
            raise ReplyError(404)
        if int(headers["Upload-Offset"]) != len(entry["bytes"]):
            raise problem(409, "upload-offset-mismatch", **{"Upload-Offset": str(len(entry["bytes"]))})
        if headers["Upload-Checksum"] != "sha256 " + base64.b64encode(hashlib.sha256(chunk).digest()).decode():
            raise problem(460, "checksum-mismatch")
        entry["bytes"] += chunk
        self.patched_bytes += len(chunk)
        if len(entry["bytes"]) == entry["length"]:
            if sha256(entry["bytes"]) != entry["digest"]:
                raise problem(422, "digest-mismatch")
            self.blobs[entry["digest"]] = entry["bytes"]
        raise ReplyError(204, None, **{"Upload-Offset": str(len(entry["bytes"]))})

    # What a test asks

    def counts(self):
        found = Counter(row["current"] for row in self.rows.values())
        return {**{name: found[name] for name in ("stored", "held", "quarantined")}, "refused": len(self.refused)}

    def answer(self, method, path, headers, raw):
        self.requests[f"{method} {path.split('/')[3]}"] += 1
        self.before(method, path, headers)
        body = gzip.decompress(raw) if headers.get("Content-Encoding") == "gzip" else raw
        name = path.removeprefix("/sync/v1/")
        if name == "devices":
            return self.enrol(json.loads(body), None)
        device = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
        if device is None or device in self.revoked:
            raise problem(401, "device-revoked")
        if name.startswith("files"):
            upload = name.removeprefix("files").strip("/")
            files = {"POST": lambda: self.create(headers), "HEAD": lambda: self.head(upload)}
            return files.get(method, lambda: self.patch(upload, headers, raw))()
        calls = {"session": self.session, "push": self.push, "receipts": self.receipts}
        return calls[name](json.loads(body) if body else None, device)


class Handler(BaseHTTPRequestHandler):
    """One connection; `fake` is set by `running`."""

    protocol_version = "HTTP/1.1"
    fake: FakeServer

    def _handle(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            with self.fake.lock:
                try:
                    reply = ReplyError(*self.fake.answer(self.command, self.path, self.headers, raw))
                except ReplyError as ended:
                    reply = ended
                self.fake.after(self.command, self.path, self.headers)
        except ReplyError as fault:
            reply = fault
        self._send(reply)

    do_GET = do_POST = do_PATCH = do_HEAD = _handle  # noqa: N815

    def _send(self, reply):
        self.close_connection = self.close_connection or reply.status == 0
        if reply.status == 0:
            return
        is_page = isinstance(reply.body, str)
        content = b"" if reply.body is None else (reply.body if is_page else json.dumps(reply.body)).encode()
        self.send_response(reply.status)
        kind = "text/html" if is_page else "application/problem+json" if reply.status >= 400 else "application/json"
        headers = {"Server-Epoch": self.fake.epoch, "Tus-Resumable": "1.0.0", "Content-Type": kind, **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_arguments):
        """Says nothing: a test prints what it needs."""


@contextmanager
def running(server: FakeServer):
    """Serves on a free port of the loop-back interface; yields the address."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"fake": server}))
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
