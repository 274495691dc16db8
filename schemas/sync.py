"""Requests and answers of the sync protocol, version 1, but for the manifests. Every outgoing field is listed."""

from marshmallow import fields, validate

from schemas.fields import Flag, Instant, StrictSchema, TolerantSchema, Whole, digest, one_of, words


class AppSchema(StrictSchema):
    name = words(60, 1, required=True)
    version = words(60, 1, required=True)


class PublicKeySchema(StrictSchema):
    alg = one_of("Ed25519", "ES256", required=True)
    spki = words(400, 1, required=True)


class EnrolSchema(StrictSchema):
    code = words(200, 1, required=True)
    label = words(100, required=True)
    platform = words(100, required=True)
    app = fields.Nested(AppSchema, required=True)
    public_key = fields.Nested(PublicKeySchema, required=True, allow_none=True)


class SignatureSchema(StrictSchema):
    key_id = words(43, required=True)
    alg = one_of("Ed25519", "ES256", required=True)
    value = words(100, required=True)


class SignedSchema(StrictSchema):
    payload = fields.String(required=True)
    signature = fields.Nested(SignatureSchema, required=True)


class ServerKeySchema(StrictSchema):
    key_id = fields.String(required=True)
    use = one_of("receipt", "checkpoint", required=True)
    alg = fields.String(required=True)
    spki = fields.String(required=True)
    not_after = Instant()


class InspectorOutSchema(StrictSchema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    certificate_no = fields.String(allow_none=True)


class LimitsSchema(StrictSchema):
    push_bytes = Whole()
    push_inflated_bytes = Whole()
    push_items = Whole()
    manifest_bytes = Whole()
    note_characters = Whole()
    photo_bytes = Whole()
    video_bytes = Whole()
    chunk_bytes = Whole()


class EnrolledSchema(StrictSchema):
    device_id = fields.String(required=True)
    token = fields.String(required=True)
    county = fields.String(required=True)
    inspector = fields.Nested(InspectorOutSchema, required=True)
    crew = fields.String(allow_none=True)
    regions = fields.List(fields.String())
    region_names = fields.Dict(keys=fields.String(), values=fields.String())
    server_keys = fields.List(fields.Nested(ServerKeySchema))
    enrolment = fields.Nested(SignedSchema)
    carry_recipient = fields.String(allow_none=True)
    server_epoch = fields.String(required=True)
    limits = fields.Nested(LimitsSchema)


class SessionSchema(StrictSchema):
    inspector = fields.Nested(InspectorOutSchema, required=True)
    crew = fields.String(allow_none=True)
    regions = fields.List(fields.String())
    region_names = fields.Dict(keys=fields.String(), values=fields.String())
    limits = fields.Nested(LimitsSchema)
    server_time = Instant(required=True)
    server_epoch = fields.String(required=True)
    server_keys = fields.List(fields.Nested(ServerKeySchema))
    server_keys_signed = fields.Nested(SignedSchema)
    checkpoint = fields.Raw(allow_none=True)
    reenrol = Flag(required=True)


class ResultSchema(StrictSchema):
    id = fields.String(allow_none=True)
    rev = Whole(allow_none=True)
    digest = fields.String(required=True)
    outcome = one_of("stored", "duplicate", "held", "quarantined", "refused", required=True)
    current = one_of("stored", "held", "quarantined")
    flags = fields.List(fields.String())
    missing = fields.List(fields.String())
    receipt = fields.Nested(SignedSchema, allow_none=True)
    problem = fields.Dict()


class PushedSchema(StrictSchema):
    results = fields.List(fields.Nested(ResultSchema), required=True)
    server_time = Instant(required=True)


class ReceiptQuestionSchema(StrictSchema):
    id = fields.UUID(required=True)
    rev = Whole(required=True, least=1)
    digest = digest()


class ReceiptsAskedSchema(StrictSchema):
    reports = fields.List(fields.Nested(ReceiptQuestionSchema), required=True, validate=validate.Length(max=500))


class ReceiptAnswerSchema(StrictSchema):
    id = fields.String()
    rev = Whole()
    known = Flag()
    current = fields.String(allow_none=True)
    missing = fields.List(fields.String())
    receipt = fields.Nested(SignedSchema, allow_none=True)


class ReceiptsSchema(StrictSchema):
    receipts = fields.List(fields.Nested(ReceiptAnswerSchema))


class ProblemSchema(TolerantSchema):
    """RFC 9457 as every failure here is shaped; a problem's own details stand beside these."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = Whole(required=True, least=400, most=599)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    retry = one_of("never", "later", "after-change", required=True)
