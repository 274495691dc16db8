"""The durable outbox: every captured report until the server's signed word for it, and after. Deletes nothing.

Refuses to call anything saved before SQLite has it on the disk (WAL, synchronous=FULL).
"""

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_sync.errors import DraftInvalidError, NotEnrolledError
from client_sync.identity import Identity, read_identity
from client_sync.keys import DeviceKey, TrustedKey, digest_of
from client_sync.manifest import Link, check_body, report_text, task_progress_text
from client_sync.outbox_schema import SCHEMA
from client_sync.photos import PhotoShelf
from client_sync.receipts import Receipt

STATES = ("captured", "queued", "received", "complete", "attention")


@dataclass(frozen=True)
class OutboxItem:
    """One report or task event of this phone. `signature` is None only before it is queued or for a keyless device."""

    n: int
    type: str
    id: str
    rev: int
    device_id: str | None
    manifest: str
    digest: str
    signature: dict[str, str] | None
    state: str
    outcome: str | None
    missing: tuple[str, ...]
    problem: dict[str, Any] | None

    def wire(self) -> dict[str, Any]:
        """ITEM of a push."""
        return {"type": self.type, "manifest": self.manifest, "signature": self.signature}


@dataclass(frozen=True)
class StoredPhoto:
    """A photo's bytes on this phone and how far they have come: `state` is here, uploaded or lost."""

    digest: str
    size_bytes: int
    media_type: str
    upload_url: str | None
    state: str


class Outbox:
    """SQLite file and photo folder of one phone. One instance belongs to one thread; processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.shelf = PhotoShelf(folder / "photos")
        self._db = sqlite3.connect(folder / "outbox.sqlite3", isolation_level=None, timeout=30)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Ends the connection; the file stays."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: on the disk when the block was left in peace, gone without a trace otherwise."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Who this phone is

    def begin_enrolment(self, *, server: str, code: str, label: str) -> DeviceKey:
        """The key to enrol with, on the disk before it is sent: a repeated code meets the same key."""
        with self.writing() as db:
            row = db.execute("SELECT key_pem FROM identities WHERE server = ? AND code = ?", (server, code)).fetchone()
            if row is not None:
                return DeviceKey.from_pem(row["key_pem"])
            key = DeviceKey.generate()
            db.execute(
                "INSERT INTO identities (server, code, label, key_pem) VALUES (?, ?, ?, ?)", (server, code, label, key.to_pem())
            )
            return key

    def finish_enrolment(self, *, server: str, code: str, reply: Mapping[str, Any]) -> Identity:
        """Keeps what the server answered: token, keys to trust, epoch. The newest enrolment is the phone's identity."""
        self.trust([dict(entry) for entry in reply["server_keys"]])
        if self.epoch() is None:
            self.adopt_epoch(str(reply["server_epoch"]))
        with self.writing() as db:
            db.execute(
                "UPDATE identities SET device_id = ?, reply = ? WHERE server = ? AND code = ?",
                (str(reply["device_id"]), json.dumps(reply, ensure_ascii=False), server, code),
            )
        return self.identity()

    def identity(self) -> Identity:
        """The newest finished enrolment; raises NotEnrolledError when there is none."""
        row = self._db.execute("SELECT * FROM identities WHERE device_id IS NOT NULL ORDER BY n DESC LIMIT 1").fetchone()
        if row is None:
            raise NotEnrolledError("this phone is not enrolled yet")
        return read_identity(row)

    def enrolments(self) -> list[dict[str, Any]]:
        """Every signed enrolment this phone ever got: from them a restored server relearns its devices."""
        rows = self._db.execute("SELECT * FROM identities WHERE device_id IS NOT NULL ORDER BY n").fetchall()
        return [signed for signed in (read_identity(row).enrolment for row in rows) if signed is not None]

    def trust(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Adds server keys; callers pass only keys from an enrolment or signed by a key already trusted."""
        with self.writing() as db:
            for entry in entries:
                key = TrustedKey.from_json(entry)
                db.execute("INSERT OR REPLACE INTO server_keys VALUES (?, ?)", (key.key_id, json.dumps(dict(entry))))

    def trusted_keys(self) -> dict[str, TrustedKey]:
        """The server keys whose signatures count here, by id."""
        rows = self._db.execute("SELECT key_id, entry FROM server_keys").fetchall()
        return {row["key_id"]: TrustedKey.from_json(json.loads(row["entry"])) for row in rows}

    def epoch(self) -> str | None:
        """The server epoch this phone believes in."""
        row = self._db.execute("SELECT epoch FROM epochs ORDER BY n DESC LIMIT 1").fetchone()
        return None if row is None else str(row["epoch"])

    def is_past_epoch(self, epoch: str) -> bool:
        """Whether this epoch ended for this phone: its receipts no longer acknowledge anything."""
        row = self._db.execute("SELECT 1 FROM epochs WHERE epoch = ?", (epoch,)).fetchone()
        return row is not None and epoch != self.epoch()

    def adopt_epoch(self, epoch: str) -> None:
        """Believes in a new epoch: everything still held is offered again, photos included."""
        with self.writing() as db:
            db.execute("INSERT OR IGNORE INTO epochs (epoch) VALUES (?)", (epoch,))
            db.execute("UPDATE reports SET state = 'queued', receipt = NULL WHERE state IN ('received', 'complete')")
            db.execute("UPDATE photos SET state = 'here', upload_url = NULL WHERE state = 'uploaded'")

    def fact(self, name: str) -> str | None:
        """A small remembered value, or None."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def remember(self, name: str, value: str) -> None:
        """Keeps a small value under a name."""
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    # Capture and queue

    def capture(
        self, *, item_type: str, body: Mapping[str, Any], photos: Sequence[tuple[str, int, str]], revises: str | None
    ) -> tuple[str, int]:
        """Saves a draft; durable on return, enrolled or not. `photos` are (digest, bytes, media type) already on the shelf.

        Returns (id, rev); a task event is revision 1 of itself. Raises DraftInvalidError when it could never be sent
        or `revises` is no report of this phone.
        """
        check_body(body)
        with self.writing() as db:
            item_id = revises or str(uuid.uuid4())
            newest = db.execute("SELECT max(rev) FROM reports WHERE id = ?", (item_id,)).fetchone()[0]
            if revises is not None and newest is None:
                raise DraftInvalidError(f"this phone holds no report {revises}")
            rev = (newest or 0) + 1
            text = json.dumps(body, ensure_ascii=False)
            insert = "INSERT INTO reports (type, id, rev, body, state) VALUES (?, ?, ?, ?, 'captured')"
            n = db.execute(insert, (item_type, item_id, rev, text)).lastrowid
            for digest, size_bytes, media_type in photos:
                row = (digest, size_bytes, media_type)
                db.execute("INSERT OR IGNORE INTO photos (digest, size_bytes, media_type) VALUES (?, ?, ?)", row)
                db.execute("INSERT OR IGNORE INTO report_photos VALUES (?, ?)", (n, digest))
        return item_id, rev

    def queue_captured(self) -> int:
        """Signs every captured draft in order and chains it; returns how many. Raises NotEnrolledError without an identity."""
        with self.writing() as db:
            rows = db.execute("SELECT * FROM reports WHERE state = 'captured' ORDER BY n").fetchall()
            if rows:
                identity = self.identity()
                for row in rows:
                    self._queue_one(db, row, identity)
        return len(rows)

    def _queue_one(self, db: sqlite3.Connection, row: sqlite3.Row, identity: Identity) -> None:
        place = db.execute("SELECT next_seq, chain FROM identities WHERE n = ?", (identity.n,)).fetchone()
        link = Link(identity.device_id, place["next_seq"], place["chain"])
        manifest = self._manifest_of(db, row, identity, link)
        digest, signature = digest_of(manifest), json.dumps(identity.key.sign(manifest))
        db.execute(
            "UPDATE reports SET state = 'queued', device_id = ?, seq = ?, manifest = ?, digest = ?, signature = ? WHERE n = ?",
            (link.device_id, link.seq, manifest, digest, signature, row["n"]),
        )
        db.execute("UPDATE identities SET next_seq = ?, chain = ? WHERE n = ?", (link.seq + 1, digest, identity.n))

    def _manifest_of(self, db: sqlite3.Connection, row: sqlite3.Row, identity: Identity, link: Link) -> str:
        body = json.loads(row["body"])
        if row["type"] == "task_progress":
            return task_progress_text(body, event_id=row["id"], link=link)
        before = db.execute("SELECT digest FROM reports WHERE id = ? AND rev = ?", (row["id"], row["rev"] - 1)).fetchone()
        inspectors = [identity.author, *body.pop("also_present", [])]
        return report_text(
            body,
            report_id=row["id"],
            rev=row["rev"],
            prev=None if before is None else before["digest"],
            link=link,
            inspectors=inspectors,
            checkpoint=self.fact("checkpoint"),
        )

    # What became of it

    def items(self, *states: str) -> list[OutboxItem]:
        """The signed items in these states (all signed ones when none is named), oldest first."""
        wanted = states or ("queued", "received", "complete", "attention")
        rows = self._db.execute(
            "SELECT * FROM reports WHERE manifest IS NOT NULL AND state IN (SELECT value FROM json_each(?)) ORDER BY n",
            (json.dumps(wanted),),
        ).fetchall()
        return [_item(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many reports stand in each state."""
        rows = self._db.execute("SELECT state, count(*) AS reports FROM reports GROUP BY state").fetchall()
        found = {row["state"]: int(row["reports"]) for row in rows}
        return {state: found.get(state, 0) for state in STATES}

    def acknowledge(self, n: int, receipt: Receipt, *, signed: Mapping[str, Any], outcome: str, missing: Sequence[str]) -> int:
        """Takes over a verified receipt and the outcome beside it. `complete` never falls back to `received`.

        Returns how many photos turned out to be at the server already, without an upload from here.
        """
        with self.writing() as db:
            db.execute(
                "UPDATE reports SET state = CASE state WHEN 'complete' THEN 'complete' ELSE ? END,"
                " receipt = CASE state WHEN 'complete' THEN receipt ELSE ? END, outcome = ?, missing = ?, problem = NULL"
                " WHERE n = ?",
                (receipt.state, json.dumps(dict(signed)), outcome, json.dumps(list(missing)), n),
            )
            return self._settle_photos(db, n, receipt, missing)

    def _settle_photos(self, db: sqlite3.Connection, n: int, receipt: Receipt, missing: Sequence[str]) -> int:
        """What is not missing is there, but only where the signed counts say the same as the unsigned list."""
        own = [row["digest"] for row in db.execute("SELECT digest FROM report_photos WHERE n = ?", (n,))]
        declared, stored = receipt.declared or 0, receipt.stored or 0
        if declared < len(own) or stored != declared - len(missing):
            return 0
        there = json.dumps([digest for digest in own if digest not in missing])
        settle = "UPDATE photos SET state = 'uploaded' WHERE state = 'here' AND digest IN (SELECT value FROM json_each(?))"
        return db.execute(settle, (there,)).rowcount

    def set_aside(self, n: int, problem: Mapping[str, Any], *, outcome: str | None) -> None:
        """Marks an item for a person: the network cannot help. It stays here in full."""
        with self.writing() as db:
            db.execute(
                "UPDATE reports SET state = 'attention', outcome = ?, problem = ? WHERE n = ?",
                (outcome, json.dumps(dict(problem)), n),
            )

    def requeue(self, n: int) -> None:
        """Offers an item again: the server does not know it, whatever it said before."""
        with self.writing() as db:
            db.execute("UPDATE reports SET state = 'queued', receipt = NULL WHERE n = ? AND state != 'attention'", (n,))

    def photo(self, digest: str) -> StoredPhoto | None:
        """What this phone knows of a photo, None when it never held it."""
        row = self._db.execute("SELECT * FROM photos WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else StoredPhoto(**dict(row))

    def photos_waiting(self) -> int:
        """How many photos are on this phone only, as far as it knows."""
        return int(self._db.execute("SELECT count(*) FROM photos WHERE state = 'here'").fetchone()[0])

    def mark_photo(self, digest: str, *, state: str, upload_url: str | None) -> None:
        """Notes how far a photo has come."""
        with self.writing() as db:
            db.execute("UPDATE photos SET state = ?, upload_url = ? WHERE digest = ?", (state, upload_url, digest))


def _item(row: sqlite3.Row) -> OutboxItem:
    return OutboxItem(
        n=row["n"],
        type=row["type"],
        id=row["id"],
        rev=row["rev"],
        device_id=row["device_id"],
        manifest=row["manifest"],
        digest=row["digest"],
        signature=json.loads(row["signature"]) if row["signature"] else None,
        state=row["state"],
        outcome=row["outcome"],
        missing=tuple(json.loads(row["missing"])),
        problem=json.loads(row["problem"]) if row["problem"] else None,
    )
