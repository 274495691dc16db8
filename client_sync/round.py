"""One sync round: push, upload, receipts. Takes the server's word only where it is signed, and leaves the rest queued."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from client_sync.errors import (
    NotBelievedError,
    PhotoLostError,
    ReenrolNeededError,
    RejectedError,
    SyncError,
    TooLargeError,
    UnreachableError,
)
from client_sync.keys import digest_of, open_signed
from client_sync.outbox import Outbox, OutboxItem
from client_sync.receipts import Receipt, read_receipt
from client_sync.session import MAX_PUSH_BYTES, MAX_PUSH_ITEMS, SyncSession, batches
from client_sync.uploader import Uploader

BATCH_ITEMS = 100
HALVE_ON = frozenset({400, 413, 422})
PHOTO_FAILURES_IN_A_ROW = 3
PASSES = 3
UNANSWERED_ITEMS = 3
OPEN_OUTCOMES = ("held", "quarantined")


@dataclass
class SyncSummary:
    """What one round did. `outcomes` counts the RESULTs as answered; the states are those of the outbox afterwards.

    `photos_uploaded` counts the photos known to have arrived, those the server had already among them.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    photos_uploaded: int = 0
    photos_lost: int = 0
    unbelieved: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None
    reenrol: bool = False
    new_epoch: bool = False

    @property
    def quiet(self) -> bool:
        """Whether nothing is left that another round could move."""
        return self.stopped is None and not self.states.get("queued") and not self.unbelieved


class Round:
    """One round of one phone. Made for a single `run`."""

    def __init__(self, outbox: Outbox, session: SyncSession, uploader: Uploader, *, device_now: Callable[[], datetime]) -> None:
        self.outbox = outbox
        self.session = session
        self.uploader = uploader
        self.device_now = device_now
        self.summary = SyncSummary()
        self.unanswered = 0

    def run(self) -> SyncSummary:
        """Goes as far as the network lets it; what stopped it stands in `stopped`."""
        try:
            self._greet()
            for _ in range(PASSES):
                self._push_queued()
                uploaded = self._upload_missing()
                self._collect_receipts()
                if not uploaded and not self.summary.new_epoch:
                    break
            self._tell_unsent()
        except ReenrolNeededError as stop:
            self.summary.stopped, self.summary.reenrol = stop.code, True
        except SyncError as stop:
            self.summary.stopped = stop.code
        self.summary.states = self.outbox.counts()
        return self.summary

    # Hello

    def _greet(self) -> None:
        try:
            session = self.session.greet()
        except RejectedError:
            return
        try:
            offset = datetime.fromisoformat(session["server_time"]) - self.device_now().astimezone(UTC)
            self.outbox.remember("server_offset_ms", str(round(offset.total_seconds() * 1000)))
        except (ValueError, TypeError) as fault:
            raise NotBelievedError("server_time is no time") from fault
        self.summary.reenrol = session.get("reenrol") is True
        if isinstance(session.get("checkpoint"), str):
            self.outbox.remember("checkpoint", digest_of(session["checkpoint"]))
        self._learn_signed(session.get("server_keys_signed") or session.get("server_keys"))
        if self._hears_of_new_epoch() and not self.outbox.items("queued"):
            acknowledged = self.outbox.items("received", "complete")
            for item in acknowledged[-1:]:
                self.outbox.requeue(item.n)

    def _learn_signed(self, signed: object) -> None:
        """New server keys, and a new epoch, count only when a key trusted for receipts has signed them."""
        try:
            text, _ = open_signed(signed, self.outbox.trusted_keys(), use="receipt")
            said = json.loads(text)
        except (NotBelievedError, ValueError):
            return
        listed = said.get("server_keys") if isinstance(said, dict) else None
        if isinstance(listed, list) and all(isinstance(entry, dict) for entry in listed):
            self.outbox.trust(listed)
            if isinstance(said.get("server_epoch"), str):
                self._lives_in(said["server_epoch"])

    def _hears_of_new_epoch(self) -> bool:
        rumour = self.session.wire.rumoured_epoch
        return rumour is not None and rumour != self.outbox.epoch()

    # Push

    def _push_queued(self) -> None:
        queued = self.outbox.items("queued")
        by_position = [{"n": index, **item.wire()} for index, item in enumerate(queued)]
        limit = min(self.outbox.identity().push_items or MAX_PUSH_ITEMS, BATCH_ITEMS)
        for batch in batches(by_position, max_items=limit, max_bytes=MAX_PUSH_BYTES):
            self._push([queued[int(entry["n"])] for entry in batch])

    def _push(self, items: Sequence[OutboxItem]) -> None:
        unsent = self._unsent()
        enrolments = self.outbox.enrolments() if self._hears_of_new_epoch() or self.summary.new_epoch else []
        try:
            results = self.session.push([item.wire() for item in items], unsent=unsent, enrolments=enrolments)
        except (TooLargeError, RejectedError) as refusal:
            self._halve(items, refusal)
            return
        except UnreachableError as failure:
            self._go_around(items, failure)
            return
        self._remember_told(unsent)
        for item, result in zip(items, results, strict=True):
            self._take_result(item, result)

    def _unsent(self) -> dict[str, int]:
        return {"reports": self.outbox.counts()["queued"], "photos": self.outbox.photos_waiting()}

    def _tell_unsent(self) -> None:
        """Ends the round with the true counts: those of the last push were taken before it and its photos arrived."""
        unsent = self._unsent()
        if self.outbox.fact("unsent_told") == self._as_told(unsent):
            return
        try:
            self.session.push([], unsent=unsent)
        except RejectedError:
            # A server that takes no empty push hears the counts with the next report.
            return
        self._remember_told(unsent)

    def _remember_told(self, unsent: Mapping[str, int]) -> None:
        self.outbox.remember("unsent_told", self._as_told(unsent))

    def _as_told(self, unsent: Mapping[str, int]) -> str:
        """Counts told by another enrolment, or before the server was restored, are not known to it now."""
        return json.dumps([self.outbox.epoch(), self.outbox.identity().device_id, unsent["reports"], unsent["photos"]])

    def _halve(self, items: Sequence[OutboxItem], refusal: TooLargeError | RejectedError) -> None:
        """A push that is too much, or that one item spoils, is cut in two; what is refused alone waits for a person."""
        if isinstance(refusal, RejectedError) and refusal.status not in HALVE_ON:
            raise refusal
        if len(items) > 1:
            middle = len(items) // 2
            self._push(items[:middle])
            self._push(items[middle:])
            return
        problem = refusal.problem if isinstance(refusal, RejectedError) else {"code": refusal.code, "detail": refusal.detail}
        self._set_aside(items[0], problem, outcome=None)

    def _go_around(self, items: Sequence[OutboxItem], failure: UnreachableError) -> None:
        """A push that breaks the server or the connection is cut in two, lest one report block those behind it.

        Alone, such a report stays queued; after a few of them the server itself is taken to be down.
        """
        if not failure.broke_down or self.unanswered >= UNANSWERED_ITEMS:
            raise failure
        if len(items) > 1:
            middle = len(items) // 2
            self._push(items[:middle])
            self._push(items[middle:])
            return
        self.unanswered += 1
        self.summary.unbelieved += 1
        self.summary.problems.append({"id": items[0].id, "rev": items[0].rev, "code": failure.code, "detail": failure.detail})

    def _take_result(self, item: OutboxItem, result: Mapping[str, Any]) -> None:
        outcome = str(result.get("outcome"))
        self.summary.outcomes[outcome] += 1
        if result.get("digest") != item.digest:
            self.summary.unbelieved += 1
        elif outcome == "refused":
            problem = result.get("problem")
            self._set_aside(item, problem if isinstance(problem, dict) else {"code": "refused"}, outcome="refused")
        else:
            current = str(result.get("current") or outcome) if outcome == "duplicate" else outcome
            self._take_receipt(item, result, current)
            if isinstance(result.get("problem"), dict):
                self.summary.problems.append({"id": item.id, "rev": item.rev, **result["problem"]})

    def _set_aside(self, item: OutboxItem, problem: Mapping[str, Any], *, outcome: str | None) -> None:
        self.outbox.set_aside(item.n, problem, outcome=outcome)
        self.summary.problems.append({"id": item.id, "rev": item.rev, **problem})

    # Receipts

    def _take_receipt(self, item: OutboxItem, answer: Mapping[str, Any], current: str) -> None:
        signed = answer.get("receipt")
        try:
            receipt = self._believe(item, signed)
        except NotBelievedError:
            self.summary.unbelieved += 1
            return
        missing = [str(digest) for digest in answer.get("missing") or []]
        if isinstance(signed, dict):
            already = self.outbox.acknowledge(item.n, receipt, signed=signed, outcome=current, missing=missing)
            self.summary.photos_uploaded += already

    def _believe(self, item: OutboxItem, signed: object) -> Receipt:
        # A task event has no revision of its own on the wire; its digest alone names it.
        rev = item.rev if item.type == "report" else None
        receipt = read_receipt(signed, self.outbox.trusted_keys(), digest=item.digest, report_id=item.id, rev=rev)
        if not self._lives_in(receipt.server_epoch):
            raise NotBelievedError("the receipt is of an epoch that has ended")
        return receipt

    def _lives_in(self, signed_epoch: str) -> bool:
        """Whether an epoch that a trusted key has signed is the present one; a new one is adopted on the spot."""
        if self.outbox.is_past_epoch(signed_epoch):
            return False
        if signed_epoch != self.outbox.epoch():
            self.outbox.adopt_epoch(signed_epoch)
            self.summary.new_epoch = True
        return True

    def _collect_receipts(self) -> None:
        """Asks again for everything that is not settled: photos outstanding, held, quarantined."""
        open_items = [
            item
            for item in self.outbox.items("received", "complete")
            if item.state == "received" or item.outcome in OPEN_OUTCOMES
        ]
        for start in range(0, len(open_items), MAX_PUSH_ITEMS):
            asked = open_items[start : start + MAX_PUSH_ITEMS]
            answers = self.session.receipts([{"id": item.id, "rev": item.rev, "digest": item.digest} for item in asked])
            for item, answer in zip(asked, answers, strict=True):
                if answer.get("known") is False:
                    self.outbox.requeue(item.n)
                else:
                    self._take_receipt(item, answer, str(answer.get("current") or item.outcome))

    # Photos

    def _upload_missing(self) -> int:
        """Sends what the server misses, oldest report first; returns how many photos arrived."""
        uploaded, failures = 0, 0
        done: set[str] = set()
        for item in self.outbox.items("received"):
            for digest in item.missing:
                if digest in done:
                    continue
                done.add(digest)
                try:
                    uploaded += self._upload(item, digest)
                    failures = 0
                except ReenrolNeededError:
                    raise
                except (UnreachableError, RejectedError, TooLargeError) as failure:
                    failures += 1
                    self.summary.problems.append({"id": item.id, "rev": item.rev, "photo": digest, "code": failure.code})
                    if failures >= PHOTO_FAILURES_IN_A_ROW:
                        raise
        return uploaded

    def _upload(self, item: OutboxItem, digest: str) -> int:
        photo = self.outbox.photo(digest)
        if photo is None or photo.state == "lost":
            return 0
        try:
            content = self.outbox.shelf.read(digest)
        except PhotoLostError:
            self.outbox.mark_photo(digest, state="lost", upload_url=None)
            self.summary.photos_lost += 1
            return 0

        def remember(url: str | None) -> None:
            self.outbox.mark_photo(digest, state="here", upload_url=url)

        self.uploader.upload(photo, content, report_id=item.id, rev=item.rev, remember=remember)
        stored = self.outbox.photo(digest)
        self.outbox.mark_photo(digest, state="uploaded", upload_url=stored.upload_url if stored else None)
        self.summary.photos_uploaded += 1
        return 1
