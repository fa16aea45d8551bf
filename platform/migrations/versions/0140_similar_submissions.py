"""Similar submissions: fingerprints, comparisons and pairs."""

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0130"
branch_labels = None
depends_on = None

PEOPLE = ("first_user_id", "second_user_id")
ATTEMPTS = ("first_submission_id", "second_submission_id")


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prints", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_fingerprints_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "comparisons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Integer(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('running', 'ready', 'failed')", name=op.f("ck_comparisons_state_known")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_comparisons_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["users.id"], name=op.f("fk_comparisons_made_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
        sa.UniqueConstraint("course_id", "exercise_id", name=op.f("uq_comparisons_course_id_exercise_id")),
    )
    op.create_index(op.f("ix_comparisons_made_by"), "comparisons", ["made_by"])
    op.create_table(
        "similar_pairs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in (*PEOPLE, *ATTEMPTS)),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("matches", sa.JSON(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_similar_pairs_share_is_a_fraction")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_similar_pairs_course_id_courses"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["users.id"], name=op.f(f"fk_similar_pairs_{name}_users"), ondelete="CASCADE"
            )
            for name in PEOPLE
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["submissions.id"], name=op.f(f"fk_similar_pairs_{name}_submissions"), ondelete="CASCADE"
            )
            for name in ATTEMPTS
        ),
        sa.ForeignKeyConstraint(
            ["looked_by"], ["users.id"], name=op.f("fk_similar_pairs_looked_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similar_pairs")),
        sa.UniqueConstraint(
            "course_id",
            "exercise_id",
            *PEOPLE,
            name=op.f("uq_similar_pairs_people"),
        ),
    )
    for name in (*PEOPLE, *ATTEMPTS, "looked_by"):
        op.create_index(op.f(f"ix_similar_pairs_{name}"), "similar_pairs", [name])


def downgrade() -> None:
    for table in ("similar_pairs", "comparisons", "fingerprints"):
        op.drop_table(table)
