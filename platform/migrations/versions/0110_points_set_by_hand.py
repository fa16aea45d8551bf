"""Points that instructors set by hand, weights of tracks, and what a regrade was for and changed."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0100"
branch_labels = None
depends_on = None

# what was published before: the verdicts that took the place of those kept beside them
_FILL = """
UPDATE regrade_results SET
  new_outcome = (SELECT s.outcome FROM submissions s WHERE s.id = regrade_results.submission_id),
  new_score = (SELECT s.score FROM submissions s WHERE s.id = regrade_results.submission_id),
  new_max_score = (SELECT s.max_score FROM submissions s WHERE s.id = regrade_results.submission_id)
WHERE regrade_id IN (SELECT id FROM regrades WHERE state = 'published') AND outcome IS NOT NULL AND EXISTS (
  SELECT 1 FROM submissions s WHERE s.id = regrade_results.submission_id
  AND (s.outcome <> regrade_results.outcome OR s.score <> regrade_results.score)
)
"""


def upgrade() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score >= 0", name=op.f("ck_overrides_score_in_range")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_overrides_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_overrides_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
        sa.UniqueConstraint(
            "course_id", "user_id", "exercise_id", name=op.f("uq_overrides_course_id_user_id_exercise_id")
        ),
    )
    op.create_index(op.f("ix_overrides_user_id"), "overrides", ["user_id"])
    with op.batch_alter_table("course_tracks") as tracks:
        tracks.add_column(sa.Column("weight", sa.Float(), nullable=True))
        tracks.create_check_constraint(op.f("ck_course_tracks_weight_in_range"), "weight >= 0")
    with op.batch_alter_table("regrades") as regrades:
        regrades.add_column(sa.Column("exercise_id", sa.String(64), nullable=True))
        regrades.add_column(sa.Column("reason", sa.String(500), nullable=False, server_default=""))
    with op.batch_alter_table("regrades") as regrades:
        regrades.alter_column("reason", server_default=None)
    with op.batch_alter_table("regrade_results") as results:
        results.add_column(sa.Column("new_outcome", sa.String(32), nullable=True))
        results.add_column(sa.Column("new_score", sa.Float(), nullable=True))
        results.add_column(sa.Column("new_max_score", sa.Float(), nullable=True))
        results.add_column(sa.Column("new_checks", sa.JSON(), nullable=True))
    op.execute(_FILL)


def downgrade() -> None:
    with op.batch_alter_table("regrade_results") as results:
        for column in ("new_checks", "new_max_score", "new_score", "new_outcome"):
            results.drop_column(column)
    with op.batch_alter_table("regrades") as regrades:
        regrades.drop_column("reason")
        regrades.drop_column("exercise_id")
    with op.batch_alter_table("course_tracks") as tracks:
        tracks.drop_constraint(op.f("ck_course_tracks_weight_in_range"), type_="check")
        tracks.drop_column("weight")
    op.drop_table("overrides")
