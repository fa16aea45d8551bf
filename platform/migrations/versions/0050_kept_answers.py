"""What was answered under an idempotency key is kept for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_kept_answers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key_hash", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_expires_at"), "kept_answers", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_kept_answers_expires_at"), table_name="kept_answers")
    op.drop_table("kept_answers")
