"""What people agreed to, and what was used by month; the attempts that there are, are counted into it."""

from collections import defaultdict
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acceptances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.String(32), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_acceptances_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
        sa.UniqueConstraint("user_id", "document", "version", name=op.f("uq_acceptances_user_id_document_version")),
    )
    usage = op.create_table(
        "usage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("compute_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_usage_attempts_counted")),
        sa.CheckConstraint("compute_ms >= 0", name=op.f("ck_usage_compute_counted")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_usage_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_usage_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage")),
        sa.UniqueConstraint("course_id", "month", "user_id", name=op.f("uq_usage_course_id_month_user_id")),
    )
    op.create_index(op.f("ix_usage_month"), "usage", ["month"])
    op.create_index(op.f("ix_usage_user_id"), "usage", ["user_id"])
    _count(usage)


def downgrade() -> None:
    op.drop_table("usage")
    op.drop_table("acceptances")


def _count(usage: sa.Table) -> None:
    """Count what was used before there was a table of it."""
    connection = op.get_bind()
    submissions = sa.table(
        "submissions",
        sa.column("course_id", sa.Uuid()),
        sa.column("user_id", sa.Uuid()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("report", sa.JSON()),
    )
    seats: dict[tuple[object, str, object], list[float]] = defaultdict(lambda: [0, 0.0])
    for row in connection.execute(sa.select(submissions)):
        seat = seats[row.course_id, f"{row.created_at:%Y-%m}", row.user_id]
        seat[0] += 1
        timings = row.report.get("timings") if isinstance(row.report, dict) else None
        total_ms = timings.get("total_ms") if isinstance(timings, dict) else None
        seat[1] += total_ms if isinstance(total_ms, int | float) else 0
    for (course_id, month, user_id), (attempts, compute_ms) in seats.items():
        connection.execute(
            sa.insert(usage).values(
                id=uuid4(),
                course_id=course_id,
                month=month,
                user_id=user_id,
                attempts=attempts,
                compute_ms=round(compute_ms),
            )
        )
