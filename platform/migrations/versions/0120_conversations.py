"""Questions from attempts, answers that reach who fails in the same way, remarks, attempts handed in for others."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _refers(table: str, column: str, to: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("failing", sa.String(128), nullable=False),
        sa.Column("shape", sa.String(16), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("divergence", sa.String(2000), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("waiting_since", _TIME, nullable=True),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_questions_number_counts_from_one")),
        sa.CheckConstraint("line >= 1", name=op.f("ck_questions_lines_count_from_one")),
        sa.CheckConstraint("reopened >= 0", name=op.f("ck_questions_reopened_counted")),
        sa.CheckConstraint(
            "closed_at IS NULL OR waiting_since IS NULL", name=op.f("ck_questions_closed_waits_for_nothing")
        ),
        _refers("questions", "course_id", "courses"),
        _refers("questions", "user_id", "users"),
        _refers("questions", "submission_id", "submissions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_questions_submission_id")),
    )
    op.create_index(
        op.f("ix_questions_course_id_exercise_id_shape"), "questions", ["course_id", "exercise_id", "shape"]
    )
    op.create_index(op.f("ix_questions_course_id_waiting_since"), "questions", ["course_id", "waiting_since"])
    op.create_index(op.f("ix_questions_user_id_asked_at"), "questions", ["user_id", "asked_at"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("shape", sa.String(16), nullable=False),
        sa.Column("reach", sa.String(32), nullable=False),
        sa.Column("text", sa.String(8000), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("edited_at", _TIME, nullable=True),
        sa.Column("withdrawn_at", _TIME, nullable=True),
        sa.CheckConstraint("reach IN ('learner', 'asked', 'everyone')", name=op.f("ck_answers_reach_known")),
        _refers("answers", "course_id", "courses"),
        _refers("answers", "made_by", "users", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_course_id_exercise_id_shape"), "answers", ["course_id", "exercise_id", "shape"])
    op.create_index(op.f("ix_answers_made_by"), "answers", ["made_by"])
    op.create_table(
        "answered_questions",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        _refers("answered_questions", "answer_id", "answers"),
        _refers("answered_questions", "question_id", "questions"),
        sa.PrimaryKeyConstraint("answer_id", "question_id", name=op.f("pk_answered_questions")),
    )
    op.create_index(op.f("ix_answered_questions_question_id"), "answered_questions", ["question_id"])
    op.create_table(
        "answer_votes",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("voted_at", _TIME, nullable=False),
        _refers("answer_votes", "answer_id", "answers"),
        _refers("answer_votes", "user_id", "users"),
        sa.PrimaryKeyConstraint("answer_id", "user_id", name=op.f("pk_answer_votes")),
    )
    op.create_index(op.f("ix_answer_votes_user_id"), "answer_votes", ["user_id"])
    op.create_table(
        "remarks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("kind IN ('note', 'comment')", name=op.f("ck_remarks_kind_known")),
        sa.CheckConstraint(
            "kind = 'note' OR submission_id IS NOT NULL", name=op.f("ck_remarks_comments_stand_at_an_attempt")
        ),
        _refers("remarks", "course_id", "courses"),
        _refers("remarks", "user_id", "users"),
        _refers("remarks", "submission_id", "submissions"),
        _refers("remarks", "made_by", "users", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_made_by"), "remarks", ["made_by"])
    op.create_index(op.f("ix_remarks_submission_id"), "remarks", ["submission_id"])
    op.create_index(op.f("ix_remarks_course_id_user_id"), "remarks", ["course_id", "user_id"])
    op.create_index(op.f("ix_remarks_user_id"), "remarks", ["user_id"])
    op.create_index(op.f("ix_progress_course_id_exercise_id_shape"), "progress", ["course_id", "exercise_id", "shape"])
    with op.batch_alter_table("submissions") as submissions:
        submissions.add_column(sa.Column("handed_in_by", sa.Uuid(), nullable=True))
        submissions.create_foreign_key(
            op.f("fk_submissions_handed_in_by_users"), "users", ["handed_in_by"], ["id"], ondelete="SET NULL"
        )
        submissions.create_index(op.f("ix_submissions_handed_in_by"), ["handed_in_by"])


def downgrade() -> None:
    with op.batch_alter_table("submissions") as submissions:
        submissions.drop_index(op.f("ix_submissions_handed_in_by"))
        submissions.drop_constraint(op.f("fk_submissions_handed_in_by_users"), type_="foreignkey")
        submissions.drop_column("handed_in_by")
    op.drop_index(op.f("ix_progress_course_id_exercise_id_shape"), "progress")
    for table in ("remarks", "answer_votes", "answered_questions", "answers", "questions"):
        op.drop_table(table)
