"""What the feed of changes to phones needs: notices, the programme of a task, and reports found by whose they are."""

import sqlalchemy as sa
from alembic import op

from server.store.base import JsonText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_tasks_crew", "tasks", ["county", "crew_id", "id"]),
    ("ix_submissions_own", "submissions", ["county", "inspector_id", "id"]),
    ("ix_submissions_pushed", "submissions", ["county", "pushed_by", "id"]),
    ("ix_inbox_submission", "inbox", ["county", "submission_id", "rev"]),
)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("posted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=True),
        sa.Column("inspector_id", sa.String(length=36), nullable=True),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("about", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_posted", "notices", ["county", "posted_at"])
    op.add_column("tasks", sa.Column("programme", sa.String(length=20), nullable=True))
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("programme")
    op.drop_index("ix_notices_posted", table_name="notices")
    op.drop_table("notices")
