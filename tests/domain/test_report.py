"""When a report was made: the phone's clock is a claim, corrected where the phone knew better, never later than its arrival."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.report import Report, report_of
from tests.builders import a_report

RECEIVED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def a_report_made(captured_at: datetime, offset_ms: int | None) -> Report:
    claims = a_report("3d2b7c1e-1111-4222-8333-444455556666", "inspector", 1, None)
    claims |= {
        "captured_at": captured_at.isoformat(),
        "clock": {"zone": "Asia/Shanghai", "mono_ms": 1, "server_offset_ms": offset_ms},
    }
    return report_of(json.dumps(claims), "sha256:" + "0" * 64)


@pytest.mark.parametrize(
    ("captured_at", "offset_ms", "made_at"),
    [
        (RECEIVED - timedelta(hours=3), 0, RECEIVED - timedelta(hours=3)),
        (RECEIVED - timedelta(hours=3), None, RECEIVED - timedelta(hours=3)),
        (RECEIVED - timedelta(days=365, hours=3), 365 * 86_400_000, RECEIVED - timedelta(hours=3)),
        (RECEIVED + timedelta(days=365), None, RECEIVED),
        (RECEIVED + timedelta(days=365), -365 * 86_400_000 - 1000, RECEIVED - timedelta(seconds=1)),
        (RECEIVED, 2**53 - 1, RECEIVED),
        (RECEIVED - timedelta(days=4), 5 * 86_400_000, RECEIVED),
    ],
)
def test_the_day_of_a_report_follows_no_wrong_clock(captured_at: datetime, offset_ms: int | None, made_at: datetime) -> None:
    assert a_report_made(captured_at, offset_ms).made_at(RECEIVED) == made_at
