"""The evening's account: captured = stored + held + quarantined + refused, or the demo fails. Rounds nothing up."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from client_sync.demo.patrol import PhoneDay

KINDS = ("stored", "held", "quarantined", "refused")
KEPT_BACK = "kept back: photos of one report, never uploaded on purpose, so that it stays received and is not complete."
HELD = "held, waiting on purpose for a first revision that never comes"
LEAD_COLUMNS = ("number", "programme", "parcel_code", "rule", "title", "status", "probability", "citation")


def table(days: Sequence[PhoneDay]) -> str:
    """The counts per phone and in all, as a table of plain text, with a sentence on what looks like a loss and is none."""
    photos = ("photos", "uploaded", "kept back")
    heads = ("phone", "captured", *KINDS, "unsent", "duplicates", *photos, "complete", "received", "s")
    rows = [_row(day) for day in days]
    totals = (
        "all",
        *(sum(int(row[column]) for row in rows) for column in range(1, len(heads) - 1)),
        max(day.seconds for day in days),
    )
    lines = [heads, *rows, totals]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(heads))]
    shown = ["  ".join(str(cell).rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    rule = "-" * len(shown[0])
    return "\n".join([shown[0], rule, *shown[1:-1], rule, shown[-1], KEPT_BACK])


def _row(day: PhoneDay) -> tuple[str | int | float, ...]:
    return (
        day.label,
        day.captured,
        *(day.outcomes.get(kind, 0) for kind in KINDS),
        unsent(day),
        day.duplicates,
        day.photos,
        day.photos_uploaded,
        day.photos_kept_back,
        day.complete,
        day.received,
        day.seconds,
    )


def unsent(day: PhoneDay) -> int:
    """How many reports of a phone have no outcome: as far as it knows they are on the phone only."""
    return sum(count for kind, count in day.outcomes.items() if kind not in KINDS)


def totals(days: Sequence[PhoneDay]) -> dict[str, int]:
    """The four outcomes over all phones, by distinct content."""
    found: Counter[str] = Counter()
    for day in days:
        found.update(day.outcomes)
    return {kind: found[kind] for kind in KINDS}


def disagreements(days: Sequence[PhoneDay], server: Mapping[str, int] | None) -> list[str]:
    """Every way in which the account of phones that were not stopped fails to close, in words; empty when it reconciles."""
    found = []
    ours = totals(days)
    captured = sum(day.captured for day in days)
    if captured != sum(ours.values()):
        found.append(f"captured {captured}, but stored + held + quarantined + refused = {sum(ours.values())}")
    found += [
        f"{day.label} took {day.photos} photos, {day.photos_uploaded} arrived and {day.photos_kept_back} were kept back"
        for day in days
        if day.photos != day.photos_uploaded + day.photos_kept_back
    ]
    if server is not None:
        found += [
            f"{kind}: the phones count {ours[kind]}, the server {server[kind]}" for kind in KINDS if server[kind] != ours[kind]
        ]
    return found


def stopped_early(days: Sequence[PhoneDay]) -> list[str]:
    """A sentence for each phone that could not end its last round: nobody knows what the server has of it."""
    return [
        f"{day.label} stopped early ({day.stopped}), {unsent(day)} reports still on the phone: not compared"
        for day in days
        if day.stopped is not None
    ]


def server_counts(report: object, device_ids: Collection[str]) -> dict[str, int]:
    """The server's own counts of these devices, out of its reconcile report.

    Takes `{"devices": [{"device_id", "stored", "held", "quarantined", "refused"}, …]}` (several rows of one device add up;
    other devices are left out) or, without `devices`, the same four numbers under `totals` or at the top.
    Raises ValueError for any other shape.
    """
    if not isinstance(report, dict):
        raise ValueError("the reconcile report is not a JSON object")
    devices = report.get("devices")
    if isinstance(devices, list):
        rows = [row for row in devices if row.get("device_id") in device_ids]
        return {kind: sum(int(row.get(kind) or 0) for row in rows) for kind in KINDS}
    counts = report.get("totals", report)
    if not isinstance(counts, dict) or not any(kind in counts for kind in KINDS):
        raise ValueError("the reconcile report has neither devices nor totals")
    return {kind: int(counts.get(kind) or 0) for kind in KINDS}


def leads_text(report: object) -> str:
    """The leads of `{"leads": [{…}, …]}` or a bare list, one a line; raises ValueError for any other shape."""
    leads: Any = report.get("leads") if isinstance(report, dict) else report
    if not isinstance(leads, list) or not all(isinstance(lead, dict) for lead in leads):
        raise ValueError("the leads are not a JSON list of objects")
    if not leads:
        return "no lead appeared"
    known = [name for name in LEAD_COLUMNS if any(name in lead for lead in leads)]
    columns = known or sorted({name for lead in leads for name, value in lead.items() if not isinstance(value, dict | list)})
    lines = ["  ".join(str(lead.get(name)) for name in columns if lead.get(name) is not None) for lead in leads]
    return "\n".join([f"{len(leads)} leads", *lines])


def problems_text(days: Sequence[PhoneDay]) -> str:
    """What the server or the phone complained about, by code, and what the server holds until more arrives."""
    found: Counter[str] = Counter()
    for day in days:
        found.update(day.problems)
    said = [f"{count} {code}" for code, count in sorted(found.items())]
    held = sum(day.outcomes.get("held", 0) for day in days)
    return ", ".join([*said, f"{held} {HELD}"] if held else said) or "none"
