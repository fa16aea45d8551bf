"""`classroom course add` and `remove`: tracks of other people beside those that are here, and what one trusts then."""

import os
from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session, col, func, select

from classroom import added, adding, audit_log
from classroom.adding import Examined
from classroom.audit_log import Action
from classroom.catalog import Catalog, CourseError
from classroom.cli.console import out
from classroom.cli.proofs import print_proof
from classroom.db import Database
from classroom.errors import Invalid
from classroom.models import Course, CourseTrack, Submission
from classroom.settings import Settings
from evmbox.isolation.ladder import find_walls
from evmbox.isolation.tier import Tier
from evmbox.pool import Pool

WALLS = {
    Tier.BUBBLEWRAP: "in a sandbox without files, network or other processes (bubblewrap)",
    Tier.LANDLOCK: "in a sandbox without files or network (Landlock)",
    Tier.RLIMITS: "in a process that is limited in time and memory ONLY: this machine has no stronger wall, so they "
    "can read files and use the network (classroom doctor tells how to mend that)",
}
MOST_LISTED = 12


def add(
    where: Annotated[
        str, typer.Argument(metavar="PATH", help="The course's folder, or the name under which a package declares it.")
    ],
    name: Annotated[str, typer.Option(help="What to call it here; its folder's name unless given.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Trust what is listed, without being asked.")] = False,
    mutants: Annotated[bool, typer.Option("--mutants", help="Grade mutants too, which takes longest.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and prove it, and add nothing.")] = False,
) -> None:
    """Add the tracks of a course, in a folder or an installed package, after saying what you trust with it.

    It is copied: what happens to the folder later changes nothing here until you add it again.
    """
    settings = Settings()
    source = adding.find(where, name)
    with adding.examine(settings, source) as found:
        _say_what_it_is(found)
        if found.held and not found.changes:
            out.print("It is the same as the one that was added. Nothing is to do.")
            return
        walls = find_walls()
        _say_what_is_trusted(found, walls.tier)
        if not yes and not typer.confirm("Do you trust this course?", default=False):
            raise Invalid("Nothing was added.")
        with Pool(size=os.cpu_count() or settings.pool_size, diagnostics=False, walls=walls) as pool:
            course = adding.prove_all(found, pool, mutants=mutants, tell=print_proof)
        if course is None:
            raise Invalid("Nothing was added: not every exercise is proven. Its author finds out with lesson check.")
        if dry_run:
            out.print("All of it is proven. Nothing was added.")
            return
        with closing(Database.of(settings)) as database:
            database.migrate()
            with database.unit_of_work() as work:
                audit_log.record(
                    work.session,
                    Action.TRACKS_ADDED,
                    actor_id=None,
                    subject=course.name,
                    details={
                        "digest": course.digest,
                        "tracks": list(found.tracks),
                        "before": found.held.digest if found.held else None,
                    },
                )
                adding.keep(settings, found, course)
    out.print(f"Added {course.name}: {', '.join(found.tracks)}. A classroom that runs shows it after its next start.")


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The added course, as `classroom course list` names it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the tracks of an added course out. What learners handed in stays, and counts again if it comes back."""
    settings = Settings()
    catalog = Catalog.of(settings)
    tracks = [track for track in catalog.tracks if catalog.sources.get(track.id) == name]
    exercises = [exercise.id for track in tracks for lesson in track.lessons for exercise in lesson.exercises]
    with closing(Database.of(settings)) as database:
        database.migrate()
        with database.unit_of_work() as work:
            if tracks:
                _say_who_is_concerned(work.session, [track.id for track in tracks], exercises)
                if not yes and not typer.confirm(f"Take {name} out?", default=False):
                    raise Invalid("Nothing was changed.")
            try:
                gone = adding.take_out(settings, name)
            except CourseError as error:
                raise Invalid(f"{name} stays: another course builds on it. {error.detail}") from error
            audit_log.record(
                work.session,
                Action.TRACKS_REMOVED,
                actor_id=None,
                subject=name,
                details={"digest": gone.digest, "tracks": [track.id for track in tracks]},
            )
    out.print(f"Took {name} out. A classroom that runs goes on with it until its next start.")


def show_tracks(settings: Settings) -> None:
    """List every track, and where those of others come from."""
    catalog = Catalog.of(settings)
    held = {each.name: each for each in added.read(settings)}
    table = Table("Track", "Title", "Lessons", "From")
    for track in catalog.tracks:
        course = held.get(catalog.sources.get(track.id, ""))
        origin = course.name if course else "the classroom's own"
        table.add_row(track.id, escape(track.title), str(len(track.lessons)), escape(origin))
    out.print(table)
    for course in held.values():
        where = f"{course.name}: {course.source}, {course.digest[:12]}, {course.added_at:%-d %B %Y}"
        changed = "" if added.is_as_added(course) else " (its copy was changed since!)"
        out.print(escape(f"{where}{changed}"))


def _say_what_it_is(found: Examined) -> None:
    course = found.course
    out.print(f"[bold]{course.name}[/] from {escape(course.source)}")
    out.print(f"  content {course.digest[:12]}, {len(found.files)} files")
    out.print(f"  {_many(len(found.tracks), 'track')}: {', '.join(found.tracks)}")
    out.print(f"  {_many(len(found.lessons), 'lesson')}, {_many(len(found.exercises), 'exercise')} (reviews too)")
    if found.held:
        out.print(f"It was added before, from {escape(found.held.source)}, as {found.held.digest[:12]}.")
        _list(found.changes)


def _say_what_is_trusted(found: Examined, tier: Tier) -> None:
    cells = {name: number for name, number in found.cells.items() if number}
    out.print("\n[bold]What you trust if you add it[/]")
    if cells:
        out.print(
            f"- {_many(sum(cells.values()), 'code cell')} of Python in its lessons. "
            "[bold]They run as this account does[/], in the notebooks and lesson apps of everybody who opens the "
            "lesson, and behind no wall: they can read what this account can, the classroom's data and key included. "
            "Read them:"
        )
        _list([f"{name} ({_many(number, 'cell')})" for name, number in cells.items()])
    out.print(
        f"- {_many(len(found.checks), 'file')} of checks, also Python. They run {WALLS[tier]}, now and at each "
        "submission, and nowhere else. They see what a learner hands in and decide what it is worth."
    )
    _list(found.checks)
    out.print(
        "- Its texts and pictures, which are shown as they are. They hold no HTML that does anything, and no picture "
        "holds a script or loads something from elsewhere; that was looked at. What they say, nobody has.\n"
    )


def _say_who_is_concerned(session: Session, tracks: list[str], exercises: list[str]) -> None:
    chosen = select(Course.slug).join(CourseTrack, col(CourseTrack.course_id) == col(Course.id))
    for slug in session.exec(chosen.where(col(CourseTrack.track_id).in_(tracks)).distinct().order_by(Course.slug)):
        out.print(f"The course {slug} has chosen or dated it.")
    counted = select(func.count()).select_from(Submission).where(col(Submission.exercise_id).in_(exercises))
    out.print(f"{_many(session.exec(counted).one(), 'attempt')} at its exercises stay on record and count no more.")


def _list(lines: list[str] | tuple[str, ...]) -> None:
    for line in lines[:MOST_LISTED]:
        out.print(f"    {escape(line)}", style="dim")
    if len(lines) > MOST_LISTED:
        out.print(f"    and {len(lines) - MOST_LISTED} more", style="dim")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
