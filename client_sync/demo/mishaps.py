"""What a disk, a thief or a bug does to an outbox behind the client's back. Never touches an item that was acknowledged."""

import json
from typing import Any

from client_sync.keys import digest_of
from client_sync.manifest import to_text
from client_sync.outbox import Outbox, OutboxItem

UNKNOWN_VERSION = 99


def garbage_for(item: OutboxItem, turn: int) -> str:
    """A text in place of a manifest from which no (id, rev) can be read; `turn` chooses the kind."""
    return (
        "这不是 JSON",
        item.manifest[: len(item.manifest) // 2],
        '{"v":1,"note":"no id and no revision"}',
        '["a","list"]',
        '{"v":1,"id":null,"rev":1}',
    )[turn % 5]


def replace_text(outbox: Outbox, item: OutboxItem, text: str) -> None:
    """Another text under the same queue entry, signed by the device as if it had written it."""
    signature = outbox.identity().key.sign(text)
    _rewrite(outbox, item, text=text, signature=signature, report_id=item.id, rev=item.rev)


def replace_fields(outbox: Outbox, item: OutboxItem, **fields: Any) -> None:
    """The same manifest with other fields, signed by the device; an `id` or `rev` among them moves the queue entry."""
    text = to_text({**json.loads(item.manifest), **fields})
    signature = outbox.identity().key.sign(text)
    _rewrite(
        outbox, item, text=text, signature=signature, report_id=str(fields.get("id", item.id)), rev=fields.get("rev", item.rev)
    )


def break_signature(outbox: Outbox, item: OutboxItem) -> None:
    """A well-formed signature of the right key over other bytes."""
    signature = outbox.identity().key.sign(item.manifest + " ")
    _rewrite(outbox, item, text=item.manifest, signature=signature, report_id=item.id, rev=item.rev)


def hold_back(outbox: Outbox, item: OutboxItem) -> None:
    """Keeps an item out of the next pushes, until `let_go`."""
    with outbox.writing() as db:
        db.execute("UPDATE reports SET state = 'attention' WHERE n = ? AND state = 'queued'", (item.n,))


def let_go(outbox: Outbox, item: OutboxItem) -> None:
    """Puts an item that was held back in the queue again."""
    with outbox.writing() as db:
        db.execute("UPDATE reports SET state = 'queued' WHERE n = ? AND state = 'attention'", (item.n,))


def keep_photos_back(outbox: Outbox, item: OutboxItem) -> int:
    """Deletes the photo files of an item from the phone: their bytes will never arrive. Returns how many."""
    photos = json.loads(item.manifest)["photos"]
    for photo in photos:
        outbox.shelf.path_of(photo["digest"]).unlink(missing_ok=True)
    return len(photos)


def _rewrite(outbox: Outbox, item: OutboxItem, *, text: str, signature: dict[str, str], report_id: str, rev: int) -> None:
    with outbox.writing() as db:
        db.execute(
            "UPDATE reports SET id = ?, rev = ?, manifest = ?, digest = ?, signature = ? WHERE n = ? AND state = 'queued'",
            (report_id, rev, text, digest_of(text), json.dumps(signature), item.n),
        )
