"""The evening's account: captured = stored + held + quarantined + refused, or the demo fails. Rounds nothing up."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from client_sync.demo.patrol import PhoneDay

KINDS = ("stored", "held", "quarantined", "refused")
LEAD_COLUMNS = ("number", "programme", "parcel_code", "rule", "title", "status", "probability", "citation")


def table(days: Sequence[PhoneDay]) -> str:
    """The counts per phone and in all, as a table of plain text."""
    heads = ("phone", "captured", *KINDS, "unsent", "duplicates", "photos", "uploaded", "lost", "complete", "received", "s")
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
    return "\n".join([shown[0], rule, *shown[1:-1], rule, shown[-1]])


def _row(day: PhoneDay) -> tuple[str | int | float, ...]:
    return (
        day.label,
        day.captured,
        *(day.outcomes.get(kind, 0) for kind in KINDS),
        sum(count for kind, count in day.outcomes.items() if kind not in KINDS),
        day.duplicates,
        day.photos,
        day.photos_uploaded,
        day.photos_lost,
        day.complete,
        day.received,
        day.seconds,
    )


def totals(days: Sequence[PhoneDay]) -> dict[str, int]:
    """The four outcomes over all phones, by distinct content."""
    found: Counter[str] = Counter()
    for day in days:
        found.update(day.outcomes)
    return {kind: found[kind] for kind in KINDS}


def disagreements(days: Sequence[PhoneDay], server: Mapping[str, int] | None) -> list[str]:
    """Every way in which the account does not close, in words; empty when it reconciles."""
    found = []
    ours = totals(days)
    captured = sum(day.captured for day in days)
    if captured != sum(ours.values()):
        found.append(f"captured {captured}, but stored + held + quarantined + refused = {sum(ours.values())}")
    found += [f"{day.label} stopped early: {day.stopped}" for day in days if day.stopped]
    lacking = [day for day in days if day.photos != day.photos_uploaded + day.photos_lost]
    found += [
        f"{day.label} took {day.photos} photos, {day.photos_uploaded} arrived and {day.photos_lost} were lost" for day in lacking
    ]
    if server is not None:
        found += [
            f"{kind}: the phones count {ours[kind]}, the server {server[kind]}" for kind in KINDS if server[kind] != ours[kind]
        ]
    return found


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
    """What the server or the phone complained about, by code."""
    found: Counter[str] = Counter()
    for day in days:
        found.update(day.problems)
    return ", ".join(f"{count} {code}" for code, count in sorted(found.items())) or "none"
