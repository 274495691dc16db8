"""The patrol day against the fake server: it reconciles, and it notices when it should not."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from client_sync.demo import __main__ as demo
from client_sync.demo.camera import Shot, jpeg_of
from client_sync.demo.day import run_day
from client_sync.demo.patrol import save_days
from client_sync.demo.plan import SCENARIOS, PlanError, plan_from
from client_sync.demo.route import routes
from client_sync.demo.sightings import metres_between
from client_sync.demo.summary import (
    disagreements,
    leads_text,
    problems_text,
    server_counts,
    stopped_early,
    table,
    totals,
    unsent,
)
from tests.client_sync.fake_server import FakeServer, problem, running

REPORTS, PHOTOS = 60, 80


def a_plan(**changes):
    phones = [{"label": f"巡查{n}", "code": f"code-{n}", "inspector": {"id": f"i-{n}", "certificate_no": None}} for n in range(5)]
    spots = [
        {
            "parcel_code": f"320583001001GB{n:05}",
            "lon": 120.95 + n / 1000,
            "lat": 31.38,
            "stand": [120.95 + n / 1000, 31.3795],
            "azimuth_deg": 2.0,
            "scenario": SCENARIOS[n % len(SCENARIOS)],
            "task_id": None,
        }
        for n in range(16)
    ]
    return {"day": "2026-11-20", "phones": phones, "spots": spots, **changes}


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """One small day, lived once: (server, days, folder)."""
    server, folder = FakeServer(), tmp_path_factory.mktemp("day")
    with running(server) as address:
        days = run_day(plan_from(a_plan()), address, folder, reports=REPORTS, photos=PHOTOS)
    return server, days, folder


def manifests(server):
    found = (item["manifest"] for push in server.pushes for item in push["items"])
    read = []
    for text in dict.fromkeys(found):
        try:
            read.append(json.loads(text))
        except ValueError:
            continue
    return [manifest for manifest in read if isinstance(manifest, dict) and manifest.get("id")]


def exif_of(path):
    with Image.open(path) as image:
        exif = image.getexif()
        return exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)


def degrees(parts):
    whole, minutes, seconds = (float(part) for part in parts)
    return whole + minutes / 60 + seconds / 3600


def test_the_day_reconciles_with_the_server(lived):
    server, days, _ = lived
    assert disagreements(days, server.counts()) == []
    assert sum(totals(days).values()) == sum(day.captured for day in days) == REPORTS
    assert totals(days) == {"stored": REPORTS - 9, "held": 1, "quarantined": 3, "refused": 5}


def test_duplicates_are_counted_apart(lived):
    _, days, _ = lived
    assert sum(day.duplicates for day in days) == 12


def test_every_photo_arrived_but_those_kept_back_on_purpose(lived):
    server, days, _ = lived
    assert sum(day.photos for day in days) == PHOTOS
    assert len(server.blobs) == PHOTOS - sum(day.photos_kept_back for day in days)
    assert [day.photos_kept_back > 0 for day in days] == [True, False, False, False, False]
    assert sum(day.received for day in days) == 1


def test_the_photos_carry_real_exif(lived):
    _, _, folder = lived
    exif, gps = exif_of(folder / "camera-3" / "2-0.jpg")
    assert exif[Base.DateTimeOriginal].startswith("2026:11:20 08:30")
    assert exif[Base.OffsetTimeOriginal] == "+08:00"
    assert (gps[GPS.GPSImgDirectionRef], gps[GPS.GPSLatitudeRef], gps[GPS.GPSLongitudeRef]) == ("M", "N", "E")
    assert float(gps[GPS.GPSLatitude][0]) == 31.0


def test_no_two_photos_are_the_same_bytes_even_on_another_day_of_the_same_seed(lived):
    _, _, folder = lived
    ids = {exif_of(path)[0][Base.ImageUniqueID] for path in folder.glob("camera-*/*.jpg")}
    assert len(ids) == PHOTOS
    shot = Shot(datetime(2026, 11, 20, tzinfo=UTC), 120.95, 31.38, 4.0, 2.0, "T", "HUAWEI", "ALN-AL00", min(ids))
    image = Image.new("RGB", (8, 8))
    assert jpeg_of(image, shot) != jpeg_of(image, replace(shot, unique_id=max(ids)))


def test_every_report_lies_on_the_day_of_the_plan_but_those_of_the_wrong_clock(lived):
    server, _, _ = lived
    days = Counter(manifest["captured_at"][:10] for manifest in manifests(server) if "captured_at" in manifest)
    assert (set(days), days["2025-11-20"]) == ({"2026-11-20", "2025-11-20"}, 3)


def test_what_looks_like_a_loss_is_explained(lived):
    _, days, _ = lived
    assert "lost" not in table(days)
    assert table(days).splitlines()[-1].startswith("kept back: ")
    assert "1 held, waiting on purpose for a first revision" in problems_text(days)


def test_every_phone_ends_its_day_with_the_true_count_of_unsent_reports(lived):
    server, _, _ = lived
    last = {push["device"]: push["unsent"] for push in server.pushes if "unsent" in push}
    assert [told["reports"] for told in last.values()] == [0] * 5
    assert sorted(told["photos"] for told in last.values())[:4] == [0] * 4


def test_four_reports_have_photos_from_far_away(lived):
    _, _, folder = lived
    far = 0
    for path in folder.glob("camera-2/*.jpg"):
        _, gps = exif_of(path)
        place = (degrees(gps[GPS.GPSLongitude]), degrees(gps[GPS.GPSLatitude]))
        far += min(metres_between(place, tuple(spot["stand"])) for spot in a_plan()["spots"]) > 1000
    assert far >= 4


def test_three_reports_come_from_a_clock_a_year_behind(lived):
    server, _, _ = lived
    behind = [manifest for manifest in manifests(server) if manifest.get("captured_at", "").startswith("2025-11-20")]
    assert len(behind) == 3
    assert {manifest["clock"]["server_offset_ms"] for manifest in behind} == {365 * 86_400_000}


def test_the_second_revision_arrived_before_the_first_and_is_stored_in_the_end(lived):
    server, _, _ = lived
    arrived = [(manifest["id"], manifest["rev"]) for manifest in manifests(server)]
    pair = next(report_id for report_id, rev in arrived if rev == 2 and (report_id, 1) in arrived)
    assert arrived.index((pair, 2)) < arrived.index((pair, 1))
    assert {row["current"] for key, row in server.rows.items() if key[0] == pair} == {"stored"}


def test_an_account_that_does_not_close_is_named(lived):
    server, days, _ = lived
    short = {**server.counts(), "stored": server.counts()["stored"] - 1}
    assert "the server" in disagreements(days, short)[0]
    assert disagreements([replace(days[0], captured=days[0].captured + 1), *days[1:]], None)
    assert disagreements([replace(days[0], photos_uploaded=0), *days[1:]], None)


def test_the_command_ends_with_1_when_the_server_counts_otherwise(lived, tmp_path, capsys):
    server, days, _ = lived
    saved, report, leads = tmp_path / "days.json", tmp_path / "reconcile.json", tmp_path / "leads.json"
    save_days(saved, days)
    leads.write_text(json.dumps({"leads": [{"number": "XS-1", "programme": "idle_land", "parcel_code": "P"}]}))
    arguments = ["--summarise", str(saved), "--reconcile-json", str(report), "--leads-json", str(leads)]
    report.write_text(json.dumps({"totals": server.counts()}))
    assert demo.main(arguments) == 0
    assert "the server counts the same" in (said := capsys.readouterr().out)
    assert "XS-1  idle_land  P" in said
    report.write_text(json.dumps({"totals": {**server.counts(), "held": 0}}))
    assert demo.main(arguments) == 1
    assert "DOES NOT RECONCILE" in capsys.readouterr().out


def test_a_phone_that_was_stopped_is_not_compared_and_the_command_ends_with_2(lived, tmp_path, capsys):
    _, days, _ = lived
    rows = [{"device_id": day.device_id, **day.outcomes} for day in days]
    cut = replace(
        days[0], stopped="unreachable", outcomes={"stored": days[0].outcomes["stored"] - 1, "unsent": 1}, photos_uploaded=0
    )
    saved, report = tmp_path / "days.json", tmp_path / "reconcile.json"
    save_days(saved, [cut, *days[1:]])
    for shape in ({"devices": rows}, {"totals": {"stored": 999}}):
        report.write_text(json.dumps(shape))
        assert demo.main(["--summarise", str(saved), "--reconcile-json", str(report)]) == 2
        said = capsys.readouterr().out
        assert f"{cut.label} stopped early (unreachable), 1 reports still on the phone: not compared" in said
        assert "the other phones reconcile" in said
        assert "DOES NOT RECONCILE" not in said


def test_a_day_the_server_does_not_live_to_see_the_end_of_is_told_all_the_same(tmp_path):
    server = FakeServer()

    def gone(_method, path, _headers):
        if not path.endswith("devices"):
            raise problem(401, "device-revoked")

    server.before = gone
    with running(server) as address:
        days = run_day(plan_from(a_plan()), address, tmp_path, reports=50, photos=45)
    assert len(stopped_early(days)) == 5
    assert sum(unsent(day) for day in days) == 50


def test_only_our_devices_are_counted_in_a_report_by_device():
    rows = [
        {"device_id": "a", "stored": 3, "held": 1},
        {"device_id": "a", "stored": 2, "refused": 1},
        {"device_id": "b", "stored": 50},
    ]
    assert server_counts({"devices": rows}, {"a"}) == {"stored": 5, "held": 1, "quarantined": 0, "refused": 1}
    with pytest.raises(ValueError, match="neither"):
        server_counts({"something": 1}, {"a"})


def test_no_lead_is_said_in_words():
    assert leads_text([]) == "no lead appeared"


def test_the_full_day_has_exactly_200_reports_and_400_photos():
    visits = [visit for walk in routes(plan_from(a_plan()), reports=200, photos=400) for visit in walk]
    assert (len(visits), sum(visit.photos for visit in visits)) == (200, 400)
    assert {visit.spot.parcel_code for visit in visits} == {spot["parcel_code"] for spot in a_plan()["spots"]}
    assert {visit.at.date() for visit in visits} == {date(2026, 11, 20)}


@pytest.mark.parametrize(
    "changes",
    [{"phones": []}, {"spots": []}, {"day": "yesterday"}, {"phones": [{"label": "x"}]}, {"spots": [{"scenario": "castle"}]}],
)
def test_a_plan_that_cannot_be_walked_is_refused(changes):
    with pytest.raises(PlanError):
        plan_from(a_plan(**changes))


def test_too_few_reports_for_the_mishaps_are_refused():
    with pytest.raises(PlanError, match="mishaps"):
        routes(plan_from(a_plan()), reports=20, photos=40)
