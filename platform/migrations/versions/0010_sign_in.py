"""Sign-in: addresses, identities, second factors, keys with scopes, families of refresh tokens, counts of tries."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD_KINDS = "kind IN ('session', 'token', 'kernel', 'one_time_link')"
NEW_KINDS = (
    "kind IN ('session', 'token', 'kernel', 'one_time_link', 'api_key', 'refresh', 'second_step', 'confirm_email', "
    "'reset_password', 'recovery_code')"
)


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(254), nullable=True))
        batch_op.add_column(sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.alter_column("pending", server_default=None)
        batch_op.create_index(batch_op.f("ix_users_email"), ["email"], unique=True)
        batch_op.create_check_constraint(
            batch_op.f("ck_users_pending_has_no_password"), "NOT pending OR password_hash IS NULL"
        )

    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.alter_column("label", type_=sa.String(254), existing_type=sa.String(128), existing_nullable=False)
        batch_op.add_column(sa.Column("scopes", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("prefix", sa.String(16), nullable=True))
        batch_op.add_column(sa.Column("family_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_credentials_kind_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_credentials_kind_known"), NEW_KINDS)
    op.execute("UPDATE credentials SET scopes = 'learn' WHERE kind = 'token'")
    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.alter_column("scopes", server_default=None)
        batch_op.create_index(batch_op.f("ix_credentials_family_id"), ["family_id"], unique=False)

    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_identities_provider_subject")),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_user_id"), ["user_id"], unique=False)

    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )

    op.create_table(
        "rate_counts",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counts")),
    )
    with op.batch_alter_table("rate_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_counts_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("rate_counts")
    op.drop_table("second_factors")
    op.drop_table("identities")
    op.execute("DELETE FROM credentials WHERE kind NOT IN ('session', 'token', 'kernel', 'one_time_link')")
    op.execute("UPDATE credentials SET label = SUBSTR(label, 1, 128)")
    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credentials_family_id"))
        batch_op.drop_constraint(batch_op.f("ck_credentials_kind_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_credentials_kind_known"), OLD_KINDS)
        for column in ("rotated_at", "used_at", "family_id", "prefix", "scopes"):
            batch_op.drop_column(column)
        batch_op.alter_column("label", type_=sa.String(128), existing_type=sa.String(254), existing_nullable=False)
    op.execute("DELETE FROM users WHERE pending")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_email"))
        batch_op.drop_constraint(batch_op.f("ck_users_pending_has_no_password"), type_="check")
        for column in ("second_factor_at", "pending", "email"):
            batch_op.drop_column(column)
