"""Holds what the phone says it sent against what the office's database and disk hold. Refuses to call anything nearly equal."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from server.store.tables.sync import InboxItem, Receipt, Submission, SubmissionPhoto
from tests.phone.browser.office import Office

if TYPE_CHECKING:
    from playwright.sync_api import Page


def assert_equal(page: "Page", office: Office) -> dict[str, int]:
    """Every text, digest, receipt, chain link and photo byte is the same on both sides; how many of each.

    Raises AssertionError naming the first thing that differs, among them anything the office holds of this device that the
    phone does not know of.
    """
    sealed = page.evaluate("proof.outbox()")
    device = page.evaluate("proof.identity()")["device_id"]
    rows = office.rows(Submission, device_id=device)
    assert said_by_phone(sealed) == said_by_office(rows)
    assert_chain(sealed, device)
    assert_receipts(sealed, office)
    photos = assert_photos(page, sealed, office)
    once = office.rows(InboxItem, device_id=device, outcome="stored")
    assert len(once) == len(sealed), "the office stored each text once and nothing else"
    return {"records": len(sealed), "photos": photos}


def said_by_phone(sealed: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    names = ("id", "rev", "type", "seq", "manifest", "signature")
    return {each["digest"]: tuple(each[name] for name in names) for each in sealed}


def said_by_office(rows: list[Submission]) -> dict[str, tuple[Any, ...]]:
    return {row.digest: (row.id, row.rev, row.type, row.seq, row.manifest, row.signature) for row in rows}


def assert_chain(sealed: list[dict[str, Any]], device: str) -> None:
    """The texts, hashed here, form one chain from 1 without a gap."""
    before = None
    for seq, each in enumerate(sorted(sealed, key=lambda record: record["seq"]), start=1):
        claims = json.loads(each["manifest"])
        assert (claims["device_id"], claims["seq"], claims["chain"]) == (device, seq, before)
        before = f"sha256:{hashlib.sha256(each['manifest'].encode()).hexdigest()}"
        assert before == each["digest"]


def assert_receipts(sealed: list[dict[str, Any]], office: Office) -> None:
    """Each record is complete by a receipt that the office keeps, word for word."""
    for each in sealed:
        assert each["state"] == "complete", (each["id"], each["state"], each["problem"], each["missing"])
        kept = {row.payload for row in office.rows(Receipt, id=each["id"], rev=each["rev"], digest=each["digest"])}
        had = {signed["payload"] for signed in each["receipts"]}
        assert had, each["id"]
        assert had <= kept, (had, kept)
        newest = json.loads(each["receipts"][-1]["payload"])
        assert (newest["state"], newest["digest"]) == ("complete", each["digest"])


def assert_photos(page: "Page", sealed: list[dict[str, Any]], office: Office) -> int:
    """Each declared photo lies on both sides with the bytes it was declared with; how many there are."""
    on_phone = page.evaluate("proof.photos()")
    declared = {digest for each in sealed for digest in each["photos"]}
    for digest in declared:
        assert on_phone[digest]["found"] == digest, f"{digest} is damaged on the phone"
        assert on_phone[digest]["state"] == "uploaded"
        assert office.photo_digest(digest) == digest, f"{digest} is damaged at the office"
    for each in sealed:
        if each["type"] == "report":
            told = sorted(office.rows(SubmissionPhoto, id=each["id"], rev=each["rev"]), key=lambda row: row.ordinal)
            assert [row.photo_digest for row in told] == each["photos"]
    return len(declared)
