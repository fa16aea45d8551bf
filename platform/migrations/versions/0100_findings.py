"""What verdicts found, in a table narrow enough to be counted, and how long a learner has been where they are.

Verdicts that there are already are read through once. The shapes of their failures are made here as they were when
this step was written; a later step may make them anew.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0090"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    op.create_table(
        "findings",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("max_score", sa.Float(), nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("failing", sa.String(128), nullable=True),
        sa.Column("shape", sa.String(16), nullable=True),
        sa.Column("gas", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_findings_number_counts_from_one")),
        sa.CheckConstraint("score >= 0 AND score <= max_score", name=op.f("ck_findings_score_in_range")),
        sa.CheckConstraint("gas >= 1", name=op.f("ck_findings_gas_used")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_findings_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_findings_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_findings_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("progress") as progress:
        progress.add_column(sa.Column("failing", sa.String(128), nullable=True))
        progress.add_column(sa.Column("shape", sa.String(16), nullable=True))
        progress.add_column(sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"))
        progress.add_column(sa.Column("stalled", sa.Integer(), nullable=False, server_default="0"))
        progress.add_column(sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True))
        progress.add_column(sa.Column("advanced_at", sa.DateTime(timezone=True), nullable=True))
    _read_verdicts()
    op.create_index(op.f("ix_findings_course_id_exercise_id_shape"), "findings", ["course_id", "exercise_id", "shape"])
    op.create_index(op.f("ix_findings_user_id_exercise_id"), "findings", ["user_id", "exercise_id"])
    _count_streaks()
    with op.batch_alter_table("progress") as progress:
        progress.alter_column("attempted_at", nullable=False)
        progress.alter_column("advanced_at", nullable=False)
        progress.alter_column("repeats", server_default=None)
        progress.alter_column("stalled", server_default=None)
        progress.create_check_constraint(op.f("ck_progress_verdicts_counted"), "repeats >= 0 AND stalled >= 0")


def downgrade() -> None:
    with op.batch_alter_table("progress") as progress:
        progress.drop_constraint(op.f("ck_progress_verdicts_counted"), type_="check")
        for column in ("advanced_at", "attempted_at", "stalled", "repeats", "shape", "failing"):
            progress.drop_column(column)
    op.drop_table("findings")


_SUBMISSIONS = sa.table(
    "submissions",
    sa.column("id", sa.Uuid()),
    sa.column("course_id", sa.Uuid()),
    sa.column("user_id", sa.Uuid()),
    sa.column("exercise_id", sa.String()),
    sa.column("number", sa.Integer()),
    sa.column("outcome", sa.String()),
    sa.column("score", sa.Float()),
    sa.column("max_score", sa.Float()),
    sa.column("report", sa.JSON()),
    sa.column("state", sa.String()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("finished_at", sa.DateTime(timezone=True)),
)
_FINDINGS = sa.table(
    "findings",
    sa.column("submission_id", sa.Uuid()),
    *(
        sa.column(column.name, column.type)
        for column in _SUBMISSIONS.columns
        if column.name not in {"id", "report", "state", "created_at"}
    ),
    sa.column("failed", sa.JSON()),
    sa.column("failing", sa.String()),
    sa.column("shape", sa.String()),
    sa.column("gas", sa.Integer()),
    sa.column("made_at", sa.DateTime(timezone=True)),
)
_PROGRESS = sa.table(
    "progress",
    sa.column("id", sa.Uuid()),
    sa.column("course_id", sa.Uuid()),
    sa.column("user_id", sa.Uuid()),
    sa.column("exercise_id", sa.String()),
    sa.column("updated_at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.Integer()) for name in ("repeats", "stalled")),
    *(sa.column(name, sa.String()) for name in ("failing", "shape")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("attempted_at", "advanced_at")),
)


def _read_verdicts() -> None:
    connection = op.get_bind()
    done = sa.select(_SUBMISSIONS).where(_SUBMISSIONS.c.state == "done").order_by(_SUBMISSIONS.c.id)
    last = None
    while True:
        page = done if last is None else done.where(_SUBMISSIONS.c.id > last)
        rows = connection.execute(page.limit(_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        connection.execute(sa.insert(_FINDINGS), [_finding(row) for row in rows])


def _finding(row: Any) -> dict[str, Any]:
    report = row.report if isinstance(row.report, dict) else json.loads(row.report or "{}")
    failing, shape = _failure(row.outcome, report)
    return {
        "submission_id": row.id,
        "course_id": row.course_id,
        "user_id": row.user_id,
        "exercise_id": row.exercise_id,
        "number": row.number,
        "outcome": row.outcome or "failed",
        "score": row.score or 0.0,
        "max_score": row.max_score or 0.0,
        "failed": [check["id"] for check in _failed(report)],
        "failing": failing,
        "shape": shape,
        "gas": (report.get("gas_score") or {}).get("used"),
        "made_at": row.created_at,
        "finished_at": row.finished_at or row.created_at,
    }


def _count_streaks() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_PROGRESS)).all():
        found = connection.execute(
            sa.select(
                _FINDINGS.c.score,
                _FINDINGS.c.failing,
                _FINDINGS.c.shape,
                _FINDINGS.c.made_at,
                _FINDINGS.c.finished_at,
            )
            .where(
                _FINDINGS.c.user_id == row.user_id,
                _FINDINGS.c.exercise_id == row.exercise_id,
                _FINDINGS.c.course_id == row.course_id,
            )
            .order_by(_FINDINGS.c.number)
        ).all()
        values: dict[str, Any] = {
            "repeats": 0,
            "stalled": 0,
            "failing": None,
            "shape": None,
            "attempted_at": found[-1].made_at if found else row.updated_at,
            "advanced_at": found[0].finished_at if found else row.updated_at,
        }
        best = 0.0
        for each in found:
            rose = each.score > best
            values["stalled"] = 0 if rose else values["stalled"] + 1
            if rose:
                best, values["advanced_at"] = each.score, each.finished_at
            again = each.shape is not None and each.shape == values["shape"]
            values["repeats"] = values["repeats"] + 1 if again else 1 if each.shape else 0
            values["failing"], values["shape"] = each.failing, each.shape
        connection.execute(sa.update(_PROGRESS).where(_PROGRESS.c.id == row.id).values(**values))


def _failed(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (check for check in report.get("checks", ()) if check.get("status") == "failed")


def _failure(outcome: str | None, report: dict[str, Any]) -> tuple[str | None, str | None]:
    if outcome in {None, "passed", "lesson_broken"}:
        return None, None
    check = next(_failed(report), None)
    if check is not None:
        at, text = check["id"], check.get("divergence") or check.get("message") or ""
    else:
        errors = (each for each in report.get("diagnostics", ()) if each.get("severity") == "error")
        error = next(errors, None) if outcome == "compile_error" else None
        at = f"compile:{error.get('code') or error.get('kind')}"[:128] if error else str(outcome)
        text = "" if error else report.get("message") or ""
    return at, hashlib.sha256(f"{at}\n{_in_general(text)}".encode()).hexdigest()[:16]


_NUMBER = r"(?<![\w.])-?\d[\d_,]*(?:\.\d+)?(?: (?:ether|gwei|wei)\b)?"
_PAIR = re.compile(rf"(?P<came>{_NUMBER})(?P<between>\D{{1,40}}should \D{{1,20}})(?P<should>{_NUMBER})")
_VALUE = re.compile(rf"0x[0-9a-fA-F]+|\"[^\"]*\"|{_NUMBER}")
_UNITS = {"wei": 1, "gwei": 10**9, "ether": 10**18}


def _in_general(text: str) -> str:
    text = _PAIR.sub(_compared, re.sub(r"That came from [^.]*\.", "", text))
    text = _VALUE.sub(lambda found: "nothing" if _number(found[0]) == 0 else "#", text)
    return " ".join(re.sub(r"\b(?:[Oo]wner|Alice|Bob|Carol|Dave|Erin)\b", "someone", text).split())


def _compared(found: re.Match[str]) -> str:
    came, should = _number(found["came"]) or 0, _number(found["should"]) or 0
    than = "as much" if came == should else "nothing" if came == 0 else "less" if came < should else "more"
    return f"{than}{found['between']}{'#' if should else 'nothing'}"


def _number(text: str) -> Decimal | None:
    digits, _, unit = text.partition(" ")
    try:
        return Decimal(digits.replace(",", "")) * _UNITS.get(unit, 1)
    except InvalidOperation:
        return None
