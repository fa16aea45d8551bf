"""The span in which a job was ordered, and what a consumer has counted."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("traceparent", sa.String(55), nullable=True))
    op.add_column("workers", sa.Column("figures", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("workers", "figures")
    op.drop_column("jobs", "traceparent")
