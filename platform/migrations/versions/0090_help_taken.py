"""What help learners took: hints, and solutions that were given up for."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hints_taken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("from_attempt", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rung >= 1", name=op.f("ck_hints_taken_rung_counts_from_one")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_hints_taken_cost_takes")),
        sa.CheckConstraint("from_attempt >= 1", name=op.f("ck_hints_taken_attempts_count_from_one")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_hints_taken_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_hints_taken_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hints_taken")),
        sa.UniqueConstraint(
            "course_id",
            "user_id",
            "exercise_id",
            "rung",
            name=op.f("uq_hints_taken_course_id_user_id_exercise_id_rung"),
        ),
    )
    op.create_index(op.f("ix_hints_taken_user_id"), "hints_taken", ["user_id"])
    with op.batch_alter_table("progress") as progress:
        progress.add_column(sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
        progress.add_column(sa.Column("practice_from", sa.Integer(), nullable=True))
        progress.create_check_constraint(
            op.f("ck_progress_given_up_is_practice"), "(given_up_at IS NULL) = (practice_from IS NULL)"
        )


def downgrade() -> None:
    with op.batch_alter_table("progress") as progress:
        progress.drop_constraint(op.f("ck_progress_given_up_is_practice"), type_="check")
        progress.drop_column("practice_from")
        progress.drop_column("given_up_at")
    op.drop_table("hints_taken")
