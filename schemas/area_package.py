"""The lines of an area package, one schema an entity. Every field a phone may rely on is listed; unknown ones are refused."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from schemas.fields import Flag, Number, StrictSchema, Whole, one_of
from schemas.pull import CaseNoteSchema

GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")


class LineSchema(StrictSchema):
    entity = fields.String(required=True)


class GeometrySchema(StrictSchema):
    """GeoJSON in degrees of EPSG:4490, longitude first, at most 7 decimals."""

    type = one_of(*GEOMETRIES, required=True)
    coordinates = fields.List(fields.Raw())
    geometries = fields.List(fields.Raw())


class OpeningSchema(LineSchema):
    v = Whole(required=True, least=1, most=1)
    area = fields.String(required=True)
    name = fields.String(required=True)
    county = fields.String(required=True)
    made_on = fields.Date(required=True)
    crs = one_of("cgcs2000", required=True)
    bbox = fields.List(Number(), required=True, allow_none=True, validate=validate.Length(equal=4))
    counts = fields.Dict(keys=fields.String(), values=Whole(), required=True)


class LandUseSchema(StrictSchema):
    scheme = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)


class CoverSchema(StrictSchema):
    layer = fields.String(required=True)
    id = fields.String(required=True)
    share = Number(required=True, least=0, most=1)


class ParcelSchema(LineSchema):
    id = fields.String(required=True)
    version_id = fields.String(required=True)
    code = fields.String(required=True)
    region = fields.String(required=True)
    region_name = fields.String(allow_none=True)
    name = fields.String(required=True, allow_none=True)
    holder = fields.String(required=True, allow_none=True)
    ownership = fields.String(required=True, allow_none=True)
    land_use = fields.Nested(LandUseSchema, required=True, allow_none=True)
    area_m2 = Number(required=True, least=0)
    area_method = fields.String(required=True)
    valid_from = fields.Date(required=True)
    covered_by = fields.List(fields.Nested(CoverSchema), required=True)
    geometry = fields.Nested(GeometrySchema, required=True)


class FeatureSchema(LineSchema):
    id = fields.String(required=True)
    layer = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    attributes = fields.Dict(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    geometry = fields.Nested(GeometrySchema, required=True)


class DutySchema(LineSchema):
    id = fields.String(required=True)
    code = fields.String(required=True)
    parcel_id = fields.String(required=True)
    programme = fields.String(required=True)
    kind = fields.String(required=True)
    party = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    delivered_on = fields.Date(required=True, allow_none=True)
    supply_no = fields.String(required=True, allow_none=True)
    contract_no = fields.String(required=True, allow_none=True)
    area_m2 = Number(required=True, allow_none=True)
    attributes = fields.Dict(required=True)


class CaseNoteLineSchema(LineSchema, CaseNoteSchema):
    """As in a pull."""


class LawTextSchema(LineSchema):
    id = fields.String(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    citation_zh = fields.String(required=True)
    citation_en = fields.String(required=True)
    reviewed = Flag(required=True)
    valid_from = fields.Date(required=True)
    kinds = fields.List(one_of("construction", "land_use", "reclamation", "routine"), required=True)


class EndSchema(LineSchema):
    lines = Whole(required=True, least=2)


LINES: Final[dict[str, Schema]] = {
    "package": OpeningSchema(),
    "parcel": ParcelSchema(),
    "feature": FeatureSchema(),
    "duty": DutySchema(),
    "case_note": CaseNoteLineSchema(),
    "law_text": LawTextSchema(),
    "end": EndSchema(),
}
"""Entity → the schema of its lines, in the order in which entities come."""


def read_line(line: dict[str, Any]) -> dict[str, Any]:
    """A line as its entity's schema reads it. Raises marshmallow's ValidationError; KeyError for an unknown entity."""
    loaded: dict[str, Any] = LINES[line["entity"]].load(line)
    return loaded
