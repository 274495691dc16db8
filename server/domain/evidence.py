"""What a photo and a report show beside what the phone said of them. Flags for people to weigh; refuses to reject anything.

A photo without a place in its EXIF is normal (browsers and photo pickers strip it) and never a sign of tampering. The limits
are office policy, not law, and come from the settings.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pyproj import Geod

from server import problems
from server.domain.crs import INVERSE_FLATTENING, SEMI_MAJOR_M, to_cgcs2000
from server.domain.report import DeclaredPhoto, Position, Report

_ELLIPSOID = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)

# The formats a photo of the sync protocol may have, and other names phones give them.
ACCEPTED_FORMATS = ("jpeg", "heic", "png", "webp", "pdf", "mp4", "webm", "m4a")
_SAME_MEDIA_TYPE = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/webm": "video/webm",
}

# Flags that inform the reader and lower no trust.
INFORMATION = frozenset({"azimuth-magnetic"})

# What the examiner may warn of, for the screen.
WARNINGS = {
    "exif-unreadable": ("EXIF 信息损坏，部分无法读取", "EXIF is damaged and could not be read in full"),
    "exif-readers-disagree": ("两种方法读取的 EXIF 不一致", "two readers found different EXIF values"),
    "gps-zero": ("EXIF 坐标为 0，0，相机当时未定位", "EXIF place is 0, 0: the camera had no fix"),
    "gps-void": ("EXIF 注明定位无效", "EXIF says the fix was void"),
    "gps-incomplete": ("EXIF 坐标不完整", "EXIF place is incomplete"),
    "gps-ref-missing": ("EXIF 坐标缺少南北或东西半球标记", "EXIF place does not say which hemisphere"),
    "gps-out-of-range": ("EXIF 坐标超出范围", "EXIF place is out of range"),
    "gps-date-unreadable": ("EXIF 卫星时间无法读取", "EXIF satellite time could not be read"),
    "azimuth-out-of-range": ("EXIF 方位角超出范围", "EXIF direction is out of range"),
    "taken-at-unreadable": ("EXIF 拍摄时间无法读取", "EXIF time could not be read"),
    "offset-unreadable": ("EXIF 时区无法读取", "EXIF time zone could not be read"),
    "heic-decoder-missing": ("服务器未装 HEIC 解码器，未核验画面", "no HEIC decoder here: the picture itself was not checked"),
    "polyglot-zip": ("照片中附有压缩包", "the photo is also a ZIP archive"),
    "polyglot-pdf": ("照片同时是 PDF 文件", "the photo is also a PDF"),
    "polyglot-markup": ("照片中含有网页或脚本代码", "the photo contains markup or script"),
    "trailing-video": ("动态照片，附有短视频", "a motion photo: a clip follows the picture"),
    "trailing-data": ("画面之后附有其他数据", "other data follows the picture"),
}

_PROBLEMS_ZH = {
    problems.PHOTO_UNREADABLE.code: "文件损坏或不完整",
    problems.EXAMINATION_LIMIT.code: "超出检查限额（尺寸、内存或时间）",
    problems.DIGEST_MISMATCH.code: "文件内容与摘要不符",
}


@dataclass(frozen=True)
class PhotoFacts:
    """What the bytes of one file show; None where they do not say.

    `format` (jpeg, heic, png, webp, pdf, mp4, webm, m4a, other) and `media_type` are by content. `width` and `height` are
    pixels before the EXIF `orientation` (1 to 8) is applied; a HEIC is already upright. `exif_taken_at` is DateTimeOriginal:
    aware where the camera wrote its offset, else naive, the camera's local time in an unknown zone. `gps_taken_at` is the
    satellite time of the fix in UTC, which may be older than the picture. `lon`, `lat` are degrees of WGS 84 as written,
    `altitude_m` above sea level, `azimuth_deg` in [0, 360) from the north of `azimuth_ref` (true, magnetic, None unsaid).
    `warnings` are keys of WARNINGS. `problem` is a problem code where the file is unreadable or broke a limit, and `reason`
    says why in English; the other facts are then what could be learned before.
    """

    format: str
    media_type: str
    width: int | None
    height: int | None
    exif_taken_at: datetime | None
    gps_taken_at: datetime | None
    lon: float | None
    lat: float | None
    altitude_m: float | None
    azimuth_deg: float | None
    azimuth_ref: str | None
    device_make: str | None
    device_model: str | None
    software: str | None
    orientation: int | None
    warnings: tuple[str, ...]
    problem: str | None
    reason: str | None

    @classmethod
    def unexamined(cls, format: str, media_type: str, *, problem: str, reason: str) -> "PhotoFacts":  # noqa: A002
        """The facts of a file of which nothing but its format is known."""
        blank: dict[str, Any] = dict.fromkeys(each.name for each in fields(cls))
        known = {"format": format, "media_type": media_type, "warnings": (), "problem": problem, "reason": reason}
        return cls(**(blank | known))

    def as_json(self) -> dict[str, Any]:
        """JSON values with the field names, instants in ISO 8601 (naive ones without an offset)."""
        moments = {name: getattr(self, name) for name in ("exif_taken_at", "gps_taken_at")}
        return asdict(self) | {"warnings": list(self.warnings)} | {name: at and at.isoformat() for name, at in moments.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "PhotoFacts":
        """The facts that `as_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        named = {each.name: stored[each.name] for each in fields(cls)} | {"warnings": tuple(stored["warnings"])}
        for name in ("exif_taken_at", "gps_taken_at"):
            named[name] = None if named[name] is None else datetime.fromisoformat(named[name])
        return cls(**named)


@dataclass(frozen=True)
class Flag:
    """One thing a person should weigh. `measured` and `threshold` are metres, seconds, km/h or degrees, by the code."""

    code: str
    detail_zh: str
    detail_en: str
    measured: float | str | None
    threshold: float | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Flag":
        return cls(**stored)


@dataclass(frozen=True)
class EvidenceLimits:
    """From which difference on a person is told (strictly more than). Policy of the office: nothing here decides.

    `camera_zone` is the zone in which a camera time without an offset is read.
    """

    place_far_m: float = 100.0
    time_far_s: float = 120.0
    fix_age_s: float = 30.0
    accuracy_m: float = 50.0
    speed_kmh: float = 150.0
    clock_off_s: float = 120.0
    camera_zone: str = "Asia/Shanghai"


def photo_flags(
    declared: DeclaredPhoto, report: Report, facts: PhotoFacts, *, seen_in: tuple[str, ...], limits: EvidenceLimits
) -> tuple[Flag, ...]:
    """Compare one photo with what the phone declared of it; flags in a fixed order, empty where nothing stands out.

    `seen_in` are the ids of other reports with the same bytes. The place is compared with the photo's own position, else
    with the report's, in CGCS2000 whatever system either was given in. Raises problems.CRS_UNKNOWN on an undeclared system.
    """
    found = [
        *_format_flags(declared, facts),
        *_place_flags(declared.position or report.position, facts, limits),
        *_time_flags(declared.taken_at, facts, limits),
    ]
    if declared.source == "gallery":
        zh, en = "照片选自相册，非现场拍摄", "The photo was chosen from the gallery"
        found.append(Flag("gallery-source", zh, en, declared.source, None))
    if seen_in:
        ids = ", ".join(seen_in)
        zh, en = f"同一照片另见巡查记录 {ids}", f"The same bytes stand in reports {ids}"
        found.append(Flag("same-bytes-in-another-report", zh, en, ids, None))
    if declared.position is not None:
        found += _fix_flags(declared.position, declared.taken_at, limits)
    magnetic = declared.view is not None and declared.view.azimuth_ref == "magnetic"
    if magnetic or (declared.view is None and facts.azimuth_ref == "magnetic"):
        found.append(_magnetic(declared.view.azimuth_deg if declared.view else facts.azimuth_deg))
    return tuple(found)


def report_flags(
    report: Report, *, received_at: datetime, previous: tuple[datetime, Position] | None, limits: EvidenceLimits
) -> tuple[Flag, ...]:
    """Examine a report's own claims; flags in a fixed order, empty where nothing stands out.

    `received_at` is the server's aware instant, `previous` instant and position of the same device's report next to this one.
    Raises problems.CRS_UNKNOWN on an undeclared system.
    """
    found = list(_clock_flags(report, received_at, limits))
    if report.position is None:
        found.append(Flag("position-missing", "巡查记录没有定位", "The report has no position", None, None))
    else:
        found += _fix_flags(report.position, report.captured_at, limits)
        if previous is not None:
            found += _speed_flags(previous, (report.captured_at, report.position), limits)
    if report.view is not None and report.view.azimuth_ref == "magnetic":
        found.append(_magnetic(report.view.azimuth_deg))
    return tuple(found)


def metres_between(one: tuple[float, float, str], other: tuple[float, float, str]) -> float:
    """The geodesic between two places given as (lon, lat, crs) in degrees. Raises problems.CRS_UNKNOWN."""
    (lon1, lat1), (lon2, lat2) = to_cgcs2000(*one), to_cgcs2000(*other)
    return float(_ELLIPSOID.inv(float(lon1), float(lat1), float(lon2), float(lat2))[2])


def said_time(seconds: float) -> tuple[str, str]:
    """A length of time in the largest unit that keeps two of it, Chinese and English: 365 天, 5 小时, 9 分钟, 45 秒."""
    for length, zh, en in ((86400, "天", "days"), (3600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {zh}", f"{seconds / length:.0f} {en}"
    return f"{seconds:.0f} 秒", f"{seconds:.0f} s"


def _format_flags(declared: DeclaredPhoto, facts: PhotoFacts) -> Iterator[Flag]:
    said = declared.media_type.split(";")[0].strip().lower()
    also = [code for code in facts.warnings if code.startswith("polyglot-")]
    if facts.format not in ACCEPTED_FORMATS or _SAME_MEDIA_TYPE.get(said, said) != facts.media_type or also:
        zh = "；".join([f"申报格式 {said}，实际为 {facts.media_type}", *(WARNINGS[code][0] for code in also)])
        en = "; ".join([f"Declared as {said}, it is {facts.media_type}", *(WARNINGS[code][1] for code in also)])
        yield Flag("unexpected-format", zh, en, "+".join([facts.media_type, *also]), None)
    if facts.problem is not None:
        zh = f"照片未能完整检查：{_PROBLEMS_ZH.get(facts.problem, facts.problem)}"
        en = f"The photo could not be examined in full: {facts.reason}"
        yield Flag("photo-unreadable", zh, en, facts.problem, None)


def _place_flags(position: Position | None, facts: PhotoFacts, limits: EvidenceLimits) -> Iterator[Flag]:
    # A camera that writes 0, 0 had no fix: that is a missing place, and a missing place is normal.
    if position is None or facts.lon is None or facts.lat is None or "gps-zero" in facts.warnings:
        return
    here = (position.lon, position.lat, position.crs)
    metres = round(metres_between(here, (facts.lon, facts.lat, "wgs84")), 1)
    if metres <= limits.place_far_m:
        return
    zh, en = f"照片 EXIF 坐标距上报位置 {metres:.0f} 米", f"EXIF place is {metres:.0f} m from the reported position"
    shifted = metres_between(here, (facts.lon, facts.lat, "gcj02"))
    if shifted <= limits.place_far_m:
        # EXIF cannot say so, but an application may have written a map service's coordinates into it.
        zh += f"；若 EXIF 坐标为 GCJ-02，则相距 {shifted:.0f} 米"
        en += f"; read as GCJ-02 it is {shifted:.0f} m away"
    yield Flag("exif-place-far", zh, en, metres, limits.place_far_m)


def _time_flags(declared_at: datetime, facts: PhotoFacts, limits: EvidenceLimits) -> Iterator[Flag]:
    """Compare with the camera's clock; the satellite time stands in only where the camera wrote no time."""
    taken_at = facts.exif_taken_at or facts.gps_taken_at
    if taken_at is None:
        return
    if taken_at.tzinfo is None:
        taken_at = taken_at.replace(tzinfo=ZoneInfo(limits.camera_zone))
    seconds = round(abs((declared_at - taken_at).total_seconds()), 1)
    if seconds > limits.time_far_s:
        zh, en = said_time(seconds)
        zh, en = f"照片 EXIF 时间与上报时间相差 {zh}", f"EXIF time is {en} from the declared time"
        yield Flag("exif-time-far", zh, en, seconds, limits.time_far_s)


def _fix_flags(position: Position, at: datetime, limits: EvidenceLimits) -> Iterator[Flag]:
    age = round(abs((at - position.fixed_at).total_seconds()), 1)
    if age > limits.fix_age_s:
        zh, en = said_time(age)
        zh, en = f"定位时间与记录时间相差 {zh}", f"The fix is {en} away from the record"
        yield Flag("fix-old", zh, en, age, limits.fix_age_s)
    if position.accuracy_m > limits.accuracy_m:
        zh, en = f"定位精度 {position.accuracy_m:.0f} 米", f"The fix is accurate to {position.accuracy_m:.0f} m only"
        yield Flag("fix-inaccurate", zh, en, position.accuracy_m, limits.accuracy_m)
    if position.mocked:
        yield Flag("mocked-location", "终端报告定位为模拟位置", "The device says the position was simulated", None, None)


def _clock_flags(report: Report, received_at: datetime, limits: EvidenceLimits) -> Iterator[Flag]:
    """A phone offline for days is normal, so lateness says nothing; a measured offset or a report from the future does."""
    offset_s = None if report.server_offset_ms is None else abs(report.server_offset_ms) / 1000.0
    ahead_s = (report.captured_at - received_at).total_seconds()
    seconds = round(max(offset_s or 0.0, ahead_s), 1)
    if seconds > limits.clock_off_s:
        zh, en = said_time(seconds)
        zh, en = f"终端时钟与服务器相差 {zh}", f"The device clock is {en} off the server's"
        yield Flag("clock-off", zh, en, seconds, limits.clock_off_s)


def _speed_flags(one: tuple[datetime, Position], other: tuple[datetime, Position], limits: EvidenceLimits) -> Iterator[Flag]:
    """The least speed that explains both places: their accuracies are taken off the distance first."""
    (at1, place1), (at2, place2) = one, other
    metres = metres_between((place1.lon, place1.lat, place1.crs), (place2.lon, place2.lat, place2.crs))
    certain_m = max(0.0, metres - place1.accuracy_m - place2.accuracy_m)
    # Whole seconds on the wire make two records of one second look instantaneous.
    hours = max(abs(at2 - at1), timedelta(seconds=1)) / timedelta(hours=1)
    kmh = round(certain_m / 1000.0 / hours, 1)
    if kmh > limits.speed_kmh:
        zh, en = f"与上一条记录之间的速度至少 {kmh:.0f} 公里/小时", f"At least {kmh:.0f} km/h from the report before"
        yield Flag("speed-impossible", zh, en, kmh, limits.speed_kmh)


def _magnetic(azimuth_deg: float | None) -> Flag:
    return Flag("azimuth-magnetic", "方位角以磁北为准，未作磁偏角改正", "The azimuth is from magnetic north", azimuth_deg, None)
