"""`classroom course …`: courses, their instructors, invites and learners."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session, select

from classroom import accounts, courses, roster
from classroom.catalog import Catalog
from classroom.cli import tracks
from classroom.cli.console import out
from classroom.courses import Dates
from classroom.db import Database
from classroom.errors import Invalid, NotFound
from classroom.models import Course, Role, User
from classroom.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

app.command("add")(tracks.add)
app.command("remove")(tracks.remove)

SlugArgument = Annotated[str, typer.Argument(metavar="COURSE", help="The course's short name.")]


@app.callback()
def of_courses() -> None:
    """Make courses, let people into them, and add the tracks of others."""


@app.command("create")
def create_course(
    *,
    title: Annotated[str, typer.Argument(help="The title, such as 'Spring 2026'.")],
    slug: Annotated[str, typer.Option(help="Short name for addresses; the title gives it.")] = "",
    instructor: Annotated[str | None, typer.Option(help="Name of an account that is to run it.")] = None,
    track: Annotated[list[str] | None, typer.Option(help="A track to teach, again for each; none: all.")] = None,
    starts: Annotated[datetime | None, typer.Option(help="When it begins, in UTC.")] = None,
    ends: Annotated[datetime | None, typer.Option(help="When it ends, in UTC.")] = None,
) -> None:
    """Make a course."""
    with _session() as (session, settings):
        made = courses.create(
            session,
            title=title,
            slug=slug,
            starts_at=starts and starts.replace(tzinfo=UTC),
            ends_at=ends and ends.replace(tzinfo=UTC),
            instructor=None if instructor is None else _user(session, instructor),
        )
        if track:
            catalog = Catalog.of(settings)
            chosen = [Dates(each) for each in track]
            courses.set_plan(session, made, catalog, all_tracks=False, tracks=chosen, exercises=(), actor_id=None)
    out.print(f"Made {escape(made.title)}. Its short name is {made.slug}.")
    if instructor is None:
        out.print(f"Nobody runs it yet: classroom course add-instructor {made.slug} NAME")


@app.command("list")
def list_courses() -> None:
    """List the courses, with how many people are in each, and the tracks, with where each comes from."""
    table = Table("Course", "Title", "Learners", "Instructors", "State")
    with _session() as (session, settings):
        for course in session.exec(select(Course).order_by(Course.slug)):
            counts = (
                len(session.exec(courses.people_of(course, role)).all()) for role in (Role.LEARNER, Role.INSTRUCTOR)
            )
            state = "archived" if course.archived_at else "open"
            table.add_row(course.slug, escape(course.title), *map(str, counts), state)
    out.print(table)
    tracks.show_tracks(settings)


@app.command("invite")
def invite(
    slug: SlugArgument,
    role: Annotated[Role, typer.Option(help="What who follows it becomes.")] = Role.LEARNER,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lasts.")] = 30,
    max_uses: Annotated[int | None, typer.Option(min=1, help="How many people; none, for learners: no limit.")] = None,
    group: Annotated[str | None, typer.Option(help="A group of the course to put them into.")] = None,
) -> None:
    """Print a link that lets people into a course. It is shown this once."""
    with _session() as (session, settings):
        course = _course(session, slug)
        found = next((each for each in courses.groups(session, course) if each.name == group), None)
        if group is not None and found is None:
            raise NotFound(f"The course has no group {group}.")
        _, secret = courses.invite(
            session,
            course,
            role=role,
            lifetime=timedelta(days=days),
            max_uses=max_uses,
            group_id=found.id if found else None,
            label="classroom course invite",
            actor_id=None,
        )
    out.print(f"Who follows this link within {days} days becomes {role} of {escape(course.title)}:")
    sys.stdout.write(f"{settings.address}/join/{secret}\n")


@app.command("import")
def import_learners(
    slug: SlugArgument,
    file: Annotated[Path, typer.Argument(help="CSV: name, and display_name, email, group as wanted.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
) -> None:
    """Enrol the learners of a CSV file, all or none, and print a link for each new account."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as UTF-8 text: {error}") from error
    with _session() as (session, settings):
        course = _course(session, slug)
        done = roster.import_learners(session, course, text, links_to=settings.address, dry_run=dry_run)
    for problem in done.problems:
        out.print(f"Line {problem.line}: {escape(problem.message)}")
    would = "Would enrol" if dry_run else "Enrolled"
    out.print(f"{would} {done.enrolled}, {done.created} of them with a new account; {done.already_in} were in already.")
    for link in done.links:
        sys.stdout.write(f"{link.name}\t{link.email or ''}\t{link.link}\n")
    if done.problems:
        raise typer.Exit(1)


@app.command("add-instructor")
def add_instructor(
    slug: SlugArgument, name: Annotated[str, typer.Argument(help="Name of the account, or its address.")]
) -> None:
    """Let somebody who has an account run a course."""
    with _session() as (session, _):
        course, user = _course(session, slug), _user(session, name)
        new = courses.enrol(session, course, user, Role.INSTRUCTOR)
    out.print(f"{escape(user.display_name)} {'runs' if new else 'ran already'} {escape(course.title)}.")


@contextmanager
def _session() -> Iterator[tuple[Session, Settings]]:
    settings = Settings()
    database = Database(settings.database)
    try:
        database.migrate()
        with database.unit_of_work() as work:
            yield work.session, settings
    finally:
        database.close()


def _course(session: Session, slug: str) -> Course:
    found = session.exec(select(Course).where(Course.slug == slug)).first()
    if found is None:
        raise NotFound(f"There is no course {slug}. `classroom course list` lists them.")
    return found


def _user(session: Session, name: str) -> User:
    found = accounts.find_user(session, name)
    if found is None:
        raise NotFound(f"There is no account {name}. `classroom user add` makes one.")
    return found
