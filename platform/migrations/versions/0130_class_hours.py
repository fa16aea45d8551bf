"""Exercises that are done together, in class."""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("shown_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("closes_at > opened_at", name=op.f("ck_class_hours_ends_after_it_began")),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_class_hours_closed_after_it_began")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_class_hours_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["course_groups.id"], name=op.f("fk_class_hours_group_id_course_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["users.id"], name=op.f("fk_class_hours_opened_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shown_id"], ["submissions.id"], name=op.f("fk_class_hours_shown_id_submissions"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_hours")),
    )
    op.create_index(op.f("ix_class_hours_course_id_opened_at"), "class_hours", ["course_id", "opened_at"])
    for column in ("group_id", "opened_by", "shown_id"):
        op.create_index(op.f(f"ix_class_hours_{column}"), "class_hours", [column])


def downgrade() -> None:
    op.drop_table("class_hours")
