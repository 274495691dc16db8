"""What a pull asks and answers (protocol section 5). Every outgoing field is listed; `data` is judged by its entity's schema."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from schemas.fields import Flag, Instant, Number, StrictSchema, Whole, one_of
from schemas.fields import digest as digest_text

MOST_CHANGES: Final = 1000
USUAL_CHANGES: Final = 500


class PullAskedSchema(StrictSchema):
    """The query of a pull; without a cursor a snapshot begins."""

    cursor = fields.String(validate=validate.Length(max=4000), metadata={"description": "As the last answer gave it; opaque"})
    limit = fields.Integer(load_default=USUAL_CHANGES, validate=validate.Range(min=1, max=MOST_CHANGES))


class TaskSchema(StrictSchema):
    """Where the inspector's crew goes, why, by when; lon and lat (degrees, CGCS2000) are a point inside the parcel."""

    id = fields.UUID(required=True)
    parcel_id = fields.String(required=True)
    parcel_code = fields.String(required=True)
    region = fields.String(required=True)
    region_name = fields.String(allow_none=True)
    reason = fields.String(required=True)
    due_on = fields.Date(required=True)
    state = one_of("open", "started", "done", "impossible", required=True)
    programme = fields.String(required=True, allow_none=True)
    lon = Number(required=True, allow_none=True, least=-180, most=180)
    lat = Number(required=True, allow_none=True, least=-90, most=90)
    title = fields.String(required=True)


class CauseSchema(StrictSchema):
    """Why a report is quarantined; the code is one of docs/problems.md."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)


class MatchSchema(StrictSchema):
    """Which parcel the report is taken to show; `review` waits for a person, `none` shows none of the known."""

    state = one_of("matched", "review", "none", required=True)
    parcel_id = fields.String(required=True, allow_none=True)
    parcel_code = fields.String(required=True, allow_none=True)
    probability = Number(required=True, allow_none=True, least=0, most=1)
    decided_by = one_of("machine", "person", required=True)
    reason_zh = fields.String(required=True)
    reason_en = fields.String(required=True)


class LeadOfReportSchema(StrictSchema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    programme = fields.String(required=True)
    status = fields.String(required=True)


class CaseOfReportSchema(StrictSchema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    stage = fields.String(required=True)


class ReportStateSchema(StrictSchema):
    """What became of the newest revision of one of the inspector's own reports."""

    id = fields.UUID(required=True)
    rev = Whole(required=True, least=1)
    digest = digest_text(required=True)
    current = one_of("stored", "held", "quarantined", required=True)
    problem = fields.Nested(CauseSchema, required=True, allow_none=True)
    missing = fields.List(digest_text(), required=True)
    match = fields.Nested(MatchSchema, required=True, allow_none=True)
    lead = fields.Nested(LeadOfReportSchema, required=True, allow_none=True)
    case = fields.Nested(CaseOfReportSchema, required=True, allow_none=True)


class CaseNoteSchema(StrictSchema):
    """An open lead or case of the area, as one line."""

    id = fields.UUID(required=True)
    type = one_of("lead", "case", required=True)
    number = fields.String(required=True)
    programme = fields.String(required=True)
    matter = fields.String(required=True)
    parcel_id = fields.String(required=True)
    parcel_code = fields.String(required=True)
    region = fields.String(required=True)
    status = fields.String(required=True)
    next_due = fields.Date(required=True, allow_none=True)
    summary_zh = fields.String(required=True)
    summary_en = fields.String(required=True)


class AboutSchema(StrictSchema):
    type = fields.String(required=True)
    id = fields.String(required=True)


class NoticeSchema(StrictSchema):
    id = fields.UUID(required=True)
    at = Instant(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    about = fields.Nested(AboutSchema, required=True, allow_none=True)


class PackageSchema(StrictSchema):
    """The package of an area is there, or may have changed; its ETag tells whether it did."""

    area = fields.String(required=True)
    changed_at = Instant(required=True)


class FormSchema(StrictSchema):
    """Reserved: a form made by an office. No server of this version sends one."""

    id = fields.UUID(required=True)
    version = Whole(required=True, least=1)
    definition = fields.Dict(required=True)


DATA: Final[Mapping[str, Schema]] = {
    "task": TaskSchema(),
    "case_note": CaseNoteSchema(),
    "report_state": ReportStateSchema(),
    "form": FormSchema(),
    "notice": NoticeSchema(),
    "package": PackageSchema(),
}
"""The schema of `data` by entity."""


class ChangeSchema(StrictSchema):
    """One entity as it stands now (`put`), gone (`delete`), or a whole crew or region that was left (`out_of_scope`)."""

    entity = one_of(*DATA, required=True)
    id = fields.String(required=True)
    op = one_of("put", "delete", "out_of_scope", required=True)
    data = fields.Dict(metadata={"description": "With `put` only; its shape is that of the entity"})

    @validates_schema
    def data_fits(self, change: dict[str, Any], **_: Any) -> None:
        """A put carries the whole entity, anything else carries nothing."""
        if (change["op"] == "put") != ("data" in change):
            raise ValidationError("A put, and nothing else, has data.", "data")
        wrong = DATA[change["entity"]].validate(change["data"]) if "data" in change else {}
        if wrong:
            raise ValidationError(wrong, "data")


class PulledSchema(StrictSchema):
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    cursor = fields.String(required=True)
    more = Flag(required=True)
