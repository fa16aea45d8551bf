"""First attempts have an index of their own: how hard exercises are is told from them."""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_findings_first_attempts",
        "findings",
        ["course_id", "exercise_id", "user_id", "outcome", "score", "max_score"],
        sqlite_where=sa.text("number = 1"),
        postgresql_where=sa.text("number = 1"),
    )


def downgrade() -> None:
    op.drop_index("ix_findings_first_attempts", "findings")
