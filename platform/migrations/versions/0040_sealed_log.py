"""The audit log is sealed, and cannot be changed; numbers and scores are held to their ranges."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None

NEW_CHECKS = {
    "submissions": {
        "ck_submissions_number_counts_from_one": "number >= 1",
        "ck_submissions_score_in_range": "score >= 0 AND score <= max_score",
    },
    "progress": {
        "ck_progress_attempts_counted": "attempts >= 0",
        "ck_progress_score_in_range": "best_score >= 0 AND best_score <= max_score",
    },
    "drafts": {"ck_drafts_revision_counts_from_one": "revision >= 1"},
}
UNINDEXED = {  # foreign keys
    "progress": "best_submission_id",
    "invites": "group_id",
    "extensions": "group_id",
    "regrades": "made_by",
}
NOTHING_YET = "0" * 64
CONTENT = ("id", "at", "action", "actor_id", "subject", "course_id", "details", "request_id")


def _forbid_changes() -> None:
    """Let the sealer seal each entry once, and nobody do anything else to one that is written."""
    if op.get_bind().dialect.name == "postgresql":
        same = " AND ".join(
            f"NEW.{name}{cast} IS NOT DISTINCT FROM OLD.{name}{cast}"
            for name in CONTENT
            for cast in ["::text" if name == "details" else ""]
        )
        op.execute(f"""
            CREATE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.position IS NULL AND {same} THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
            END $$""")
        op.execute(
            "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events "
            "FOR EACH ROW EXECUTE FUNCTION audit_events_append_only()"
        )
        op.execute(
            "CREATE TRIGGER audit_events_not_emptied BEFORE TRUNCATE ON audit_events "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()"
        )
        return
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in CONTENT)
    refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    op.execute(
        "CREATE TRIGGER audit_events_append_only BEFORE UPDATE ON audit_events "
        f"WHEN OLD.position IS NOT NULL OR {changed} {refuse}"
    )
    op.execute(f"CREATE TRIGGER audit_events_not_deleted BEFORE DELETE ON audit_events {refuse}")


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
        op.execute("DROP TRIGGER audit_events_not_emptied ON audit_events")
        op.execute("DROP FUNCTION audit_events_append_only()")
    else:
        op.execute("DROP TRIGGER audit_events_append_only")
        op.execute("DROP TRIGGER audit_events_not_deleted")


def upgrade() -> None:
    for table, checks in NEW_CHECKS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, rule in checks.items():
                batch_op.create_check_constraint(op.f(name), rule)
    for table, column in UNINDEXED.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])

    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("audit_events", "id", type_=sa.BigInteger(), existing_type=sa.Integer())
        op.execute("ALTER SEQUENCE audit_events_id_seq AS bigint")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_audit_events_action"))
        batch_op.drop_index(op.f("ix_audit_events_actor_id"))
        batch_op.add_column(sa.Column("course_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("position", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.String(64), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_audit_events_sealed_with_digest"), "(position IS NULL) = (digest IS NULL)"
        )
    unsealed = sa.text("position IS NULL")
    op.create_index(op.f("ix_audit_events_position"), "audit_events", ["position"], unique=True)
    op.create_index(
        "ix_audit_events_unsealed", "audit_events", ["id"], postgresql_where=unsealed, sqlite_where=unsealed
    )
    for column in ("action", "actor_id", "subject", "course_id"):
        op.create_index(op.f(f"ix_audit_events_{column}_id"), "audit_events", [column, "id"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(160), nullable=False),
        sa.Column("public_key", sa.String(66), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.execute(
        sa.insert(head).values(
            id=1, position=0, digest=NOTHING_YET, sealed_at=sa.func.current_timestamp(), signature="", public_key=""
        )
    )
    _forbid_changes()


def downgrade() -> None:
    _allow_changes()
    op.drop_table("audit_head")
    for name in ("position", "unsealed", "action_id", "actor_id_id", "subject_id", "course_id_id"):
        op.drop_index(op.f(f"ix_audit_events_{name}"), table_name="audit_events")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_audit_events_sealed_with_digest"), type_="check")
        batch_op.drop_column("digest")
        batch_op.drop_column("position")
        batch_op.drop_column("course_id")
        batch_op.create_index(op.f("ix_audit_events_actor_id"), ["actor_id"])
        batch_op.create_index(op.f("ix_audit_events_action"), ["action"])
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("audit_events", "id", type_=sa.Integer(), existing_type=sa.BigInteger())
        op.execute("ALTER SEQUENCE audit_events_id_seq AS integer")

    for table, column in UNINDEXED.items():
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table, checks in NEW_CHECKS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in checks:
                batch_op.drop_constraint(op.f(name), type_="check")
