"""The first schema: organisation, registry, sync, work, and the spatial indexes."""

import sqlalchemy as sa
from alembic import op

from server.store.base import JsonText, UtcDateTime, WkbGeometry
from server.store.dialects.spatial import INDEXED_TABLES, spatial_index_ddl, spatial_index_drop

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "cases",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("programme", sa.String(length=20), nullable=False),
        sa.Column("lead_id", sa.String(length=36), nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=False),
        sa.Column("parcel_code", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=True),
        sa.Column("stage", sa.String(length=30), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("handler_id", sa.String(length=36), nullable=True),
        sa.Column("co_handler_id", sa.String(length=36), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("area_source", sa.String(length=20), nullable=False),
        sa.Column("next_step", sa.String(length=60), nullable=True),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("next_citation", JsonText(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("rectified_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("county", "lead_id", name=op.f("uq_cases_county_lead_id")),
        sa.UniqueConstraint("county", "number", name=op.f("uq_cases_county_number")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cases_open",
            ["county", sa.literal_column("(next_due IS NULL)"), "next_due", "id"],
            unique=False,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )
        batch_op.create_index("ix_cases_queue", ["county", "stage", "next_due"], unique=False)

    op.create_table(
        "county_counters",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county", "name", name=op.f("pk_county_counters")),
    )
    op.create_table(
        "crews",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_crews")),
    )
    op.create_table(
        "deployment",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_deployment")),
    )
    op.create_table(
        "devices",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("inspector_id", sa.String(length=36), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("platform", sa.String(length=100), nullable=False),
        sa.Column("app", JsonText(), nullable=False),
        sa.Column("key_alg", sa.String(length=10), nullable=True),
        sa.Column("spki", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(length=43), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("forked", sa.Boolean(), nullable=False),
        sa.Column("unsent_reports", sa.Integer(), nullable=True),
        sa.Column("unsent_photos", sa.Integer(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index("ix_devices_id", ["id"], unique=False)
        batch_op.create_index("ix_devices_inspector", ["county", "inspector_id"], unique=False)

    op.create_table(
        "duties",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=False),
        sa.Column("programme", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("supply_no", sa.String(length=32), nullable=True),
        sa.Column("contract_no", sa.String(length=64), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("attributes", JsonText(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_duties")),
        sa.UniqueConstraint("county", "code", name=op.f("uq_duties_county_code")),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.create_index("ix_duties_parcel", ["county", "parcel_id"], unique=False)

    op.create_table(
        "enrolment_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("inspector_id", sa.String(length=36), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("used_key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_codes")),
    )
    op.create_table(
        "events",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("aggregate", sa.String(length=20), nullable=False),
        sa.Column("aggregate_id", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("county", "position", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_aggregate", ["county", "aggregate", "aggregate_id", "position"], unique=False)
        batch_op.create_index("ix_events_type", ["county", "type", "position"], unique=False)

    op.create_table(
        "import_runs",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("refused", JsonText(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_import_runs")),
    )
    op.create_table(
        "inbox",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=True),
        sa.Column("rev", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("problem", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_device_day", ["county", "device_id", "received_at"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("aggregate_id", sa.String(length=80), nullable=False),
        sa.Column("arguments", JsonText(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", UtcDateTime(timezone=True), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("county", "position", "name", name=op.f("uq_jobs_county_position_name")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_aggregate", ["aggregate_id", "state", "position"], unique=False)
        batch_op.create_index("ix_jobs_waiting", ["state", "run_after"], unique=False)

    op.create_table(
        "layer_features",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("spatial_id", sa.BigInteger(), nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("attributes", JsonText(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_crs", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("geometry", WkbGeometry(), nullable=False),
        sa.Column("min_lon_e7", sa.Integer(), nullable=False),
        sa.Column("min_lat_e7", sa.Integer(), nullable=False),
        sa.Column("max_lon_e7", sa.Integer(), nullable=False),
        sa.Column("max_lat_e7", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_layer_features")),
        sa.UniqueConstraint("spatial_id", name=op.f("uq_layer_features_spatial_id")),
    )
    with op.batch_alter_table("layer_features", schema=None) as batch_op:
        batch_op.create_index("ix_layer_features_layer", ["county", "layer", "code"], unique=False)

    op.create_table(
        "lead_evidence",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("lead_id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("assessment", JsonText(), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "lead_id", "report_id", "rev", name=op.f("pk_lead_evidence")),
    )
    with op.batch_alter_table("lead_evidence", schema=None) as batch_op:
        batch_op.create_index("ix_lead_evidence_report", ["county", "report_id"], unique=False)

    op.create_table(
        "leads",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("programme", sa.String(length=20), nullable=False),
        sa.Column("matter", sa.String(length=40), nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=False),
        sa.Column("parcel_code", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("registered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("farmland_m2", sa.Float(), nullable=False),
        sa.Column("permanent_farmland_m2", sa.Float(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("priority_parts", JsonText(), nullable=False),
        sa.Column("assessment", JsonText(), nullable=False),
        sa.Column("handler_id", sa.String(length=36), nullable=True),
        sa.Column("verified_by", sa.String(length=36), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_leads")),
        sa.UniqueConstraint("county", "number", name=op.f("uq_leads_county_number")),
    )
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.create_index("ix_leads_queue", ["county", "status", "priority"], unique=False)
        batch_op.create_index(
            "uq_leads_open",
            ["county", "programme", "parcel_id", "actor"],
            unique=True,
            sqlite_where=sa.text("status IN ('open','verified')"),
            postgresql_where=sa.text("status IN ('open','verified')"),
        )

    op.create_table(
        "matches",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=True),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("ranked", JsonText(), nullable=False),
        sa.Column("none_of_these", sa.Float(), nullable=False),
        sa.Column("claim_agrees", sa.Boolean(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("inputs", JsonText(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("county", "report_id", "rev", "seq", name=op.f("pk_matches")),
    )
    with op.batch_alter_table("matches", schema=None) as batch_op:
        batch_op.create_index("ix_matches_parcel", ["county", "parcel_id"], unique=False)
        batch_op.create_index("ix_matches_queue", ["county", "current", "state"], unique=False)

    op.create_table(
        "parcel_versions",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("spatial_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("land_use_scheme", sa.String(length=40), nullable=True),
        sa.Column("land_use_code", sa.String(length=12), nullable=True),
        sa.Column("ownership", sa.String(length=20), nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("area_method", sa.String(length=20), nullable=False),
        sa.Column("attributes", JsonText(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_crs", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("geometry", WkbGeometry(), nullable=False),
        sa.Column("min_lon_e7", sa.Integer(), nullable=False),
        sa.Column("min_lat_e7", sa.Integer(), nullable=False),
        sa.Column("max_lon_e7", sa.Integer(), nullable=False),
        sa.Column("max_lat_e7", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_parcel_versions")),
        sa.UniqueConstraint("spatial_id", name=op.f("uq_parcel_versions_spatial_id")),
    )
    with op.batch_alter_table("parcel_versions", schema=None) as batch_op:
        batch_op.create_index("ix_parcel_versions_code", ["county", "code"], unique=False)
        batch_op.create_index("ix_parcel_versions_parcel", ["county", "parcel_id"], unique=False)

    op.create_table(
        "parcels",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_parcels")),
        sa.UniqueConstraint("county", "code", name=op.f("uq_parcels_county_code")),
    )
    op.create_table(
        "photo_flags",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("photo_digest", sa.String(length=71), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("county", "report_id", "rev", "photo_digest", "code", name=op.f("pk_photo_flags")),
    )
    op.create_table(
        "photo_holders",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("inspector_id", sa.String(length=36), nullable=False),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "digest", "inspector_id", name=op.f("pk_photo_holders")),
    )
    op.create_table(
        "photos",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=True),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("facts", JsonText(), nullable=True),
        sa.Column("thumbnail_digest", sa.String(length=71), nullable=True),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("county", "digest", name=op.f("pk_photos")),
    )
    op.create_table(
        "receipts",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("signature", JsonText(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", "rev", "digest", "epoch", "state", name=op.f("pk_receipts")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.String(length=12), nullable=True),
        sa.Column("statistical", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regions_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "submission_photos",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("photo_digest", sa.String(length=71), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", "rev", "digest", "ordinal", name=op.f("pk_submission_photos")),
    )
    with op.batch_alter_table("submission_photos", schema=None) as batch_op:
        batch_op.create_index("ix_submission_photos_photo", ["county", "photo_digest"], unique=False)

    op.create_table(
        "submissions",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("signature", JsonText(), nullable=True),
        sa.Column("prev", sa.String(length=71), nullable=True),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("inspector_id", sa.String(length=36), nullable=True),
        sa.Column("pushed_by", sa.String(length=36), nullable=False),
        sa.Column("captured_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("observation_kind", sa.String(length=20), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("flags", JsonText(), nullable=False),
        sa.Column("photos_readable", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", "rev", "digest", name=op.f("pk_submissions")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index("ix_submissions_device_seq", ["county", "device_id", "seq"], unique=False)
        batch_op.create_index("ix_submissions_inspector", ["county", "inspector_id", "captured_at"], unique=False)
        batch_op.create_index("ix_submissions_received", ["county", "received_at"], unique=False)
        batch_op.create_index(
            "uq_submissions_claim",
            ["county", "id", "rev"],
            unique=True,
            sqlite_where=sa.text("state IN ('stored','held')"),
            postgresql_where=sa.text("state IN ('stored','held')"),
        )

    op.create_table(
        "tasks",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("crew_id", sa.String(length=36), nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_tasks")),
    )
    op.create_table(
        "uploads",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("inspector_id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("metadata_text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index("ix_uploads_id", ["id"], unique=True)

    op.create_table(
        "users",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("session_key", sa.String(length=43), nullable=False),
        sa.Column("certificate_no", sa.String(length=40), nullable=True),
        sa.Column("crew_id", sa.String(length=36), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "weekly_issues",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("cut", JsonText(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("rows_digest", sa.String(length=71), nullable=False),
        sa.Column("files", JsonText(), nullable=False),
        sa.Column("cut_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "year", "number", name=op.f("pk_weekly_issues")),
        sa.UniqueConstraint("county", "period_from", "period_to", name=op.f("uq_weekly_issues_county_period_from_period_to")),
    )
    dialect = op.get_bind().dialect.name
    for table in INDEXED_TABLES:
        for statement in spatial_index_ddl(dialect, table):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in INDEXED_TABLES:
        for statement in spatial_index_drop(dialect, table):
            op.execute(statement)
    op.drop_table("weekly_issues")
    op.drop_table("users")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index("ix_uploads_id")

    op.drop_table("uploads")
    op.drop_table("tasks")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_submissions_claim",
            sqlite_where=sa.text("state IN ('stored','held')"),
            postgresql_where=sa.text("state IN ('stored','held')"),
        )
        batch_op.drop_index("ix_submissions_received")
        batch_op.drop_index("ix_submissions_inspector")
        batch_op.drop_index("ix_submissions_device_seq")

    op.drop_table("submissions")
    with op.batch_alter_table("submission_photos", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_photos_photo")

    op.drop_table("submission_photos")
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regions_parent_code"))

    op.drop_table("regions")
    op.drop_table("receipts")
    op.drop_table("photos")
    op.drop_table("photo_holders")
    op.drop_table("photo_flags")
    op.drop_table("parcels")
    with op.batch_alter_table("parcel_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_parcel_versions_parcel")
        batch_op.drop_index("ix_parcel_versions_code")

    op.drop_table("parcel_versions")
    with op.batch_alter_table("matches", schema=None) as batch_op:
        batch_op.drop_index("ix_matches_queue")
        batch_op.drop_index("ix_matches_parcel")

    op.drop_table("matches")
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_leads_open",
            sqlite_where=sa.text("status IN ('open','verified')"),
            postgresql_where=sa.text("status IN ('open','verified')"),
        )
        batch_op.drop_index("ix_leads_queue")

    op.drop_table("leads")
    with op.batch_alter_table("lead_evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_lead_evidence_report")

    op.drop_table("lead_evidence")
    with op.batch_alter_table("layer_features", schema=None) as batch_op:
        batch_op.drop_index("ix_layer_features_layer")

    op.drop_table("layer_features")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_waiting")
        batch_op.drop_index("ix_jobs_aggregate")

    op.drop_table("jobs")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_device_day")

    op.drop_table("inbox")
    op.drop_table("import_runs")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_type")
        batch_op.drop_index("ix_events_aggregate")

    op.drop_table("events")
    op.drop_table("enrolment_codes")
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.drop_index("ix_duties_parcel")

    op.drop_table("duties")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index("ix_devices_inspector")
        batch_op.drop_index("ix_devices_id")

    op.drop_table("devices")
    op.drop_table("deployment")
    op.drop_table("crews")
    op.drop_table("county_counters")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_queue")
        batch_op.drop_index("ix_cases_open")

    op.drop_table("cases")
    op.drop_table("calendar_days")
