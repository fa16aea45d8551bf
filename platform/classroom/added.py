"""Courses of others: copies in the data folder, each under the digest of its content, and the list of them.

What was added is a copy. Its source may change or go; nothing changes here until it is added again. A copy that was
replaced stays until the next start, since a classroom that runs still reads it.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from classroom.errors import Conflict, Invalid
from classroom.files import write_atomically
from classroom.settings import Settings

LIST: Final = "courses.json"
MAX_BYTES: Final = 64 * 1024**2
MAX_FILES: Final = 5000


class AddedCourse(BaseModel):
    """A course that was added: whence, what exactly, and what each exercise is worth.

    `points` was told by the sandbox when the course was proven, so that nothing else ever has to run its checks.
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    source: str
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    added_at: datetime
    points: Mapping[str, float]
    root: Path = Field(exclude=True)

    @property
    def folder(self) -> Path:
        """Where the copy is."""
        return self.root / f"{self.name}-{self.digest[:16]}"


def read(settings: Settings) -> tuple[AddedCourse, ...]:
    """List what was added, in that order. Raises Invalid where the list is damaged."""
    path = settings.added_dir / LIST
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return tuple(AddedCourse.model_validate({**entry, "root": settings.added_dir}) for entry in entries)
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, ValidationError) as error:
        raise Invalid(f"{path} is damaged: {error}. Bring it back from a backup.") from error


def digest_of(files: Mapping[str, bytes]) -> str:
    """Digest names and contents (SHA-256), whatever the order."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{len(name.encode())} {len(content)} {name}".encode() + content)
    return total.hexdigest()


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Read every file of a folder, by its name in it. Hidden files and what Python left behind are not taken.

    Raises Invalid for a link, since what it leads to may be anything, and for more than a course has.
    """
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(part.startswith(".") or part == "__pycache__" for part in inside.parts):
            continue
        if path.is_symlink():
            raise Invalid(f"{path} is a link. Put the file itself there.")
        if path.is_file():
            size += path.stat().st_size
            if size > MAX_BYTES or len(found) == MAX_FILES:
                raise Invalid(
                    f"{folder} holds more than a course may: {MAX_FILES:,} files, {MAX_BYTES // 1024**2} MiB."
                )
            found[inside.as_posix()] = path.read_bytes()
    return found


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder. Raises Invalid for a name that leads out of it."""
    for name, content in files.items():
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise Invalid(f"{name} is no name of a file in a folder.")
        path = folder / inside
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)


def is_as_added(course: AddedCourse) -> bool:
    """Tell whether nobody has touched the copy."""
    return course.folder.is_dir() and digest_of(files_of(course.folder)) == course.digest


def everything(settings: Settings) -> Mapping[str, bytes]:
    """Give the list and the copies that are on it, as files below `added_dir`; nothing where none was added."""
    with _changing(settings) as (held, _write):
        if not held:
            return {}
        copies = {
            f"{course.folder.name}/{name}": content
            for course in held
            for name, content in files_of(course.folder).items()
        }
        return {LIST: _as_json(held), **copies}


def put(settings: Settings, course: AddedCourse, files: Mapping[str, bytes], *, instead_of: AddedCourse | None) -> None:
    """Keep a course; one of the same name stays in its place of the order.

    Raises Conflict where another process has changed the list since `instead_of` was read from it.
    """
    with _changing(settings) as (held, write):
        if next((each for each in held if each.name == course.name), None) != instead_of:
            raise Conflict(f"{course.name} was changed meanwhile. Look at it again: classroom course list.")
        shutil.rmtree(course.folder, ignore_errors=True)
        write_files(course.folder, files)
        names = [each.name for each in held]
        if course.name in names:
            held[names.index(course.name)] = course
        else:
            held.append(course)
        write(held)


def take_out(settings: Settings, name: str) -> None:
    """Take a course off the list. Its copy goes with the next start."""
    with _changing(settings) as (held, write):
        write([each for each in held if each.name != name])


def clear(settings: Settings) -> None:
    """Remove copies that are on the list no more. For the start, when nothing reads them."""
    with _changing(settings) as (held, _write):
        kept = {each.folder for each in held}
        for folder in settings.added_dir.iterdir():
            if folder.is_dir() and folder not in kept:
                shutil.rmtree(folder)


@contextmanager
def _changing(settings: Settings) -> Iterator[tuple[list[AddedCourse], Callable[[list[AddedCourse]], None]]]:
    settings.added_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.added_dir / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield list(read(settings)), lambda held: write_atomically(settings.added_dir / LIST, _as_json(held), mode=0o600)


def _as_json(courses: list[AddedCourse]) -> bytes:
    adapter: TypeAdapter[Any] = TypeAdapter(list[AddedCourse])
    return adapter.dump_json(courses, indent=1)
