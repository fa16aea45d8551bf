"""Lists of people in and out as CSV: the import of learners, all or nothing, and exports that no spreadsheet runs.

    name,display_name,email,group        only `name` is needed; a comma or a semicolon between
    ada,Ada Lovelace,ada@example.org,Tuesday

An account that is there is enrolled: found by its name, or by an address that its owner has proven. The others are
made without a password, and each gets a link that signs its owner in once.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from classroom import accounts, audit_log, courses
from classroom.audit_log import Action
from classroom.errors import ClassroomError, Conflict, Invalid
from classroom.models import Course, CredentialKind, Group, Role, User
from classroom.schemas import ImportOut, ImportProblem, NewLink

COLUMNS: Final = ("name", "display_name", "email", "group")
MAX_ROWS: Final = 2000
MAX_PROBLEMS: Final = 50
LINK_LIFETIME: Final = timedelta(days=14)
_RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class _Row:
    line: int
    name: str
    display_name: str
    email: str
    group: str


class ImportRefused(Invalid):
    """Lines of the file are wrong, and nothing was changed."""


def import_learners(
    session: Session,
    course: Course,
    text: str,
    *,
    links_to: str,
    dry_run: bool = False,
    actor_id: UUID | None = None,
    request_id: str | None = None,
) -> ImportOut:
    """Enrol the learners of a CSV file, all of them or none, or only say what would happen.

    `links_to` is the portal's address. Raises ImportRefused with what is wrong on which line; a dry run tells the same
    as data.
    """
    rows, problems = _read(text)
    attempt = session.begin_nested()
    done = _Import(session, course, links_to=links_to, actor_id=actor_id, request_id=request_id)
    for row in rows:
        try:
            done.take(row)
        except ClassroomError as error:
            problems.append(ImportProblem(line=row.line, message=error.detail))
    if problems or dry_run:
        attempt.rollback()
    else:
        attempt.commit()
        audit_log.record(
            session,
            Action.LEARNERS_IMPORTED,
            actor_id=actor_id,
            subject=str(course.id),
            details={"created": len(done.links), "enrolled": done.enrolled, "already_in": done.already_in},
            request_id=request_id,
        )
    problems = sorted(problems, key=lambda problem: problem.line)[:MAX_PROBLEMS]
    if problems and not dry_run:
        raise ImportRefused(
            "Nothing was imported. " + " ".join(f"Line {each.line}: {each.message}" for each in problems[:5]),
            errors=[{"where": f"line {each.line}", "what": each.message} for each in problems],
        )
    return ImportOut(
        dry_run=dry_run,
        rows=len(rows),
        created=len(done.links),
        enrolled=done.enrolled,
        already_in=done.already_in,
        new_groups=[] if problems else sorted(done.new_groups),
        problems=problems,
        links=[] if dry_run else done.links,
    )


def export_people(session: Session, course: Course) -> str:
    """Write everyone in a course as CSV, with their roles and groups."""
    people = session.exec(courses.people_of(course).order_by(User.display_name, User.name)).all()
    ids = [user.id for user in people]
    roles, groups = courses.roles_in(session, course, ids), courses.groups_of(session, course, ids)
    return write_csv(
        ["name", "display_name", "email", "group", "roles"],
        (
            [
                user.name,
                user.display_name,
                user.email or "",
                "; ".join(group.name for group in groups.get(user.id, [])),
                " ".join(roles.get(user.id, [])),
            ]
            for user in people
        ),
    )


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> str:
    """Write CSV (RFC 4180) that is only read: a text that a spreadsheet would run as a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_harmless(cell) for cell in header])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


class _Import:
    """Takes rows in, one after the other, in a transaction that may still be undone."""

    def __init__(
        self, session: Session, course: Course, *, links_to: str, actor_id: UUID | None, request_id: str | None
    ) -> None:
        self.links_to = links_to
        self.session = session
        self.course = course
        self.actor_id = actor_id
        self.request_id = request_id
        self.enrolled = self.already_in = 0
        self.links: list[NewLink] = []
        self.new_groups: set[str] = set()
        self._groups: dict[str, Group] = {group.name: group for group in courses.groups(session, course)}
        self._lines: dict[UUID, int] = {}

    def take(self, row: _Row) -> None:
        """Enrol one learner, with an account of their own. Raises a ClassroomError that says what is wrong."""
        user = self._known(row) or self._made(row)
        if user.id in self._lines:
            raise Conflict(f"this is the same person as on line {self._lines[user.id]}.")
        self._lines[user.id] = row.line
        if courses.enrol(
            self.session, self.course, user, Role.LEARNER, actor_id=self.actor_id, request_id=self.request_id
        ):
            self.enrolled += 1
        else:
            self.already_in += 1
        for name in filter(None, map(str.strip, row.group.split(";"))):
            courses.join_group(
                self.session,
                self.course,
                self._group(name),
                user.id,
                actor_id=self.actor_id,
                request_id=self.request_id,
            )

    def _known(self, row: _Row) -> User | None:
        by_name = accounts.find_user(self.session, row.name)
        by_email = None
        if row.email:
            owned = select(User).where(User.email == row.email.lower(), col(User.pending).is_(False))
            by_email = self.session.exec(owned).first()
        if by_name and by_name.email and row.email and by_name.email != row.email.lower():
            raise Conflict("somebody else has this name: their address is another one.")
        if by_name and by_email and by_name.id != by_email.id:
            raise Conflict("the name is one person's and the address another one's.")
        found = by_name or by_email
        if found and found.disabled_at:
            raise Conflict("this person's account is disabled.")
        return found

    def _made(self, row: _Row) -> User:
        user = accounts.create_user(
            self.session, row.name, display_name=row.display_name or row.name, actor_id=self.actor_id
        )
        link = accounts.issue(
            self.session,
            CredentialKind.ONE_TIME_LINK,
            user.id,
            lifetime=LINK_LIFETIME,
            label="import",
            actor_id=self.actor_id,
        )
        self.links.append(
            NewLink(
                name=user.name,
                display_name=user.display_name,
                email=row.email or None,
                link=f"{self.links_to}/welcome?link={link}",
            )
        )
        return user

    def _group(self, name: str) -> Group:
        if name not in self._groups:
            made = courses.create_group(
                self.session, self.course, name, actor_id=self.actor_id, request_id=self.request_id
            )
            self._groups[name] = made
            self.new_groups.add(made.name)
        return self._groups[name]


def _read(text: str) -> tuple[list[_Row], list[ImportProblem]]:
    """Read the rows of a file, and what is wrong with its form."""
    text = text.removeprefix("\ufeff")
    header, _, _ = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [cell.strip().lower() for cell in next(reader, [])]
        if problem := _wrong_header(names):
            return [], [ImportProblem(line=1, message=problem)]
        return _rows(reader, names)
    except csv.Error as error:
        return [], [ImportProblem(line=max(reader.line_num, 1), message=f"this is not CSV: {error}.")]


def _rows(reader: Iterator[list[str]], names: list[str]) -> tuple[list[_Row], list[ImportProblem]]:
    rows: list[_Row] = []
    problems: list[ImportProblem] = []
    begins = 2
    for cells in reader:
        line, begins = begins, reader.line_num + 1  # type: ignore[attr-defined]  # a csv.reader, which has no type
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            message = f"there are {len(cells)} cells where the first line names {len(names)} columns."
            problems.append(ImportProblem(line=line, message=message))
            continue
        named = dict(zip(names, map(_unmarked, cells), strict=True))
        if Role.LEARNER not in named.get("roles", Role.LEARNER).split():
            continue  # an instructor or an assistant, in a list that was exported
        row = _row(line, named)
        if not row.name:
            problems.append(ImportProblem(line=line, message="the name is missing."))
        elif row.email and not _is_address(row.email):
            problems.append(ImportProblem(line=line, message="this is no e-mail address."))
        else:
            rows.append(row)
        if len(rows) > MAX_ROWS:
            problems.append(ImportProblem(line=line, message=f"a file has {MAX_ROWS:,} learners at most."))
            break
    if not rows and not problems:
        problems.append(ImportProblem(line=1, message="the file names nobody."))
    return rows, problems


def _row(line: int, cells: Mapping[str, str]) -> _Row:
    return _Row(line, *(cells.get(column, "") for column in COLUMNS))


def _wrong_header(names: list[str]) -> str | None:
    known = f"The columns are {', '.join(COLUMNS)}, in any order; only name is needed."
    if "name" not in names:
        return f"the first line names the columns, and the column name is missing. {known}"
    for name in names:
        if name not in (*COLUMNS, "roles"):
            return f"there is a column that is not known. {known}"
        if names.count(name) > 1:
            return f"a column is named twice. {known}"
    return None


def _is_address(email: str) -> bool:
    local, at, domain = email.rpartition("@")
    return bool(local and at and "." in domain.strip(".")) and len(email) <= 254 and not any(map(str.isspace, email))


def _harmless(cell: str | float | None) -> str | float:
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(_RUN_BY_SPREADSHEETS) else cell
    return "" if cell is None else cell


def _unmarked(cell: str) -> str:
    """Take back the apostrophe that an export has put before a text."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUN_BY_SPREADSHEETS) else cell
