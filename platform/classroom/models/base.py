"""What every table is made of: times, choices, names of constraints.

Choices are kept as their lower-case values in VARCHAR columns, with a check constraint each: readable with any tool,
and a new value is one migration on every database. Every constraint has a name, so that a migration can change it.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Enum, MetaData, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlmodel import SQLModel


def now() -> datetime:
    """Tell the current time, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored aware, in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Give an aware time back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def time_column(*, nullable: bool = False, index: bool = False) -> Any:
    """Make a column of aware UTC times."""
    return Column(UtcDateTime(), nullable=nullable, index=index)


def choice_column(choices: type[StrEnum]) -> Any:
    """Make a column of one choice, read back as a member; `one_of` gives its check."""
    return Column(
        Enum(
            choices,
            native_enum=False,
            create_constraint=False,  # written out by one_of, where a migration can see and name it
            validate_strings=True,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
        nullable=False,
    )


def one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    """Make the constraint that holds a column to its choices."""
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


class Table(SQLModel):
    """The base of every table: one `MetaData` whose constraints name themselves."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
