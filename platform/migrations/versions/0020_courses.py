"""Courses with dates, chosen tracks and a late policy; assistants, groups, invites, extensions."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD_ROLES = "role IN ('instructor', 'learner')"
NEW_ROLES = "role IN ('instructor', 'assistant', 'learner')"
CHECKS = {
    "late_rule_known": "late_rule IN ('none', 'hard_close', 'percent_per_day')",
    "counting_known": "counting IN ('best', 'last', 'last_on_time')",
    "starts_before_it_ends": "starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at",
    "percent_in_range": "late_percent_per_day >= 0 AND late_percent_per_day <= 100",
    "grace_in_range": "grace_minutes >= 0",
}
NEW_COLUMNS = ("all_tracks", "late_rule", "late_percent_per_day", "grace_minutes", "counting")


def upgrade() -> None:
    with op.batch_alter_table("courses", schema=None) as batch_op:
        for name in ("starts_at", "ends_at", "archived_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("all_tracks", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("late_rule", sa.String(32), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("late_percent_per_day", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("grace_minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("counting", sa.String(32), nullable=False, server_default="best"))
    with op.batch_alter_table("courses", schema=None) as batch_op:
        for name in NEW_COLUMNS:
            batch_op.alter_column(name, server_default=None)
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_courses_{name}"), rule)

    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_enrolments_role_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_enrolments_role_known"), NEW_ROLES)

    op.create_table(
        "course_tracks",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drop_lowest", sa.Integer(), nullable=False),
        sa.CheckConstraint("drop_lowest >= 0", name=op.f("ck_course_tracks_drop_lowest_in_range")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_tracks_course_id_courses"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "track_id", name=op.f("pk_course_tracks")),
    )
    op.create_table(
        "course_exercises",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_exercises_course_id_courses"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "exercise_id", name=op.f("pk_course_exercises")),
    )
    op.create_table(
        "course_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_groups_course_id_courses"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_groups")),
        sa.UniqueConstraint("course_id", "name", name=op.f("uq_course_groups_course_id_name")),
    )
    op.create_table(
        "course_group_members",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["course_groups.id"],
            name=op.f("fk_course_group_members_group_id_course_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_course_group_members_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_course_group_members")),
    )
    with op.batch_alter_table("course_group_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_group_members_user_id"), ["user_id"], unique=False)

    op.create_table(
        "invites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(NEW_ROLES, name=op.f("ck_invites_role_known")),
        sa.CheckConstraint(
            "uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name=op.f("ck_invites_uses_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_invites_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["course_groups.id"], name=op.f("fk_invites_group_id_course_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
    )
    with op.batch_alter_table("invites", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invites_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invites_secret_hash"), ["secret_hash"], unique=True)

    op.create_table(
        "extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) != (group_id IS NULL)", name=op.f("ck_extensions_one_receiver")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_extensions_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["course_groups.id"], name=op.f("fk_extensions_group_id_course_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_extensions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sa.UniqueConstraint(
            "course_id", "exercise_id", "group_id", name=op.f("uq_extensions_course_id_exercise_id_group_id")
        ),
        sa.UniqueConstraint(
            "course_id", "exercise_id", "user_id", name=op.f("uq_extensions_course_id_exercise_id_user_id")
        ),
    )
    with op.batch_alter_table("extensions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extensions_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    for table in ("extensions", "invites", "course_group_members", "course_groups", "course_exercises"):
        op.drop_table(table)
    op.drop_table("course_tracks")
    op.execute("DELETE FROM enrolments WHERE role = 'assistant'")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_enrolments_role_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_enrolments_role_known"), OLD_ROLES)
        batch_op.drop_column("chosen_at")
    with op.batch_alter_table("courses", schema=None) as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_courses_{name}"), type_="check")
        for name in (*NEW_COLUMNS, "archived_at", "ends_at", "starts_at"):
            batch_op.drop_column(name)
