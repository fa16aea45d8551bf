"""Draws the course as a graph: lessons in the lanes of their tracks, each to the right of what it builds on.

Only geometry and states are worked out here; a template writes the SVG, and words come from the catalogue of texts.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import Final, Literal

from classroom.catalog import Catalog, Lesson, Track

State = Literal["passed", "started", "open", "later"]

NO_CONCEPTS: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
NODE_WIDTH: Final = 102
NODE_HEIGHT: Final = 58
_COLUMN: Final = 120
_ROW: Final = 80
_LANE_TITLE: Final = 34
_LANE_GAP: Final = 14
_MARGIN: Final = 10
_ROWS_AT_MOST: Final = 4  # of lessons that build on equally much; more go a column to the right
_LETTERS: Final = 13  # of a line of a title
_LINES: Final = 3
_BEND: Final = 9  # px: half the gap between two columns


@dataclass(frozen=True)
class Link:
    """A lesson that another leads to or comes from, and the concepts that join the two."""

    title: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """A lesson on the map; `x` and `y` are its upper left corner, in px."""

    id: str
    title: str
    lines: tuple[str, ...]
    track: str
    state: State
    next: bool
    teaches: tuple[str, ...]
    builds_on: tuple[Link, ...]
    opens: tuple[Link, ...]
    waits_for: tuple[str, ...]
    x: int
    y: int


@dataclass(frozen=True)
class Edge:
    """From a lesson to one that builds on it. `done` where the first is passed."""

    source: str
    target: str
    path: str
    done: bool


@dataclass(frozen=True)
class Lane:
    """A track's band across the map."""

    title: str
    y: int
    height: int


@dataclass(frozen=True)
class CourseMap:
    """The whole drawing, in px."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    edges: tuple[Edge, ...]
    nodes: tuple[Node, ...]


def draw(
    tracks: Sequence[Track],
    states: Mapping[str, str],
    upcoming: str | None,
    concepts: Mapping[str, Sequence[str]] = NO_CONCEPTS,
) -> CourseMap:
    """Lay the lessons of these tracks out. `states` says of each lesson `new`, `started` or `passed`.

    `concepts` says what each concept builds on, so that a lesson's neighbours can be told with what joins them.

    A lesson not begun is `open` when all that it builds on is passed, and comes `later` otherwise. What it builds on
    outside of these tracks is not drawn and keeps nothing closed.
    """
    lessons = {lesson.id: lesson for track in tracks for lesson in track.lessons}
    required = _reduced({each.id: [name for name in each.requires if name in lessons] for each in lessons.values()})
    cells = _cells(tracks, required)
    lanes, tops = _lanes(tracks, cells)
    places = {
        name: (_MARGIN + column * _COLUMN, tops[lesson.track] + row * _ROW)
        for name, lesson in lessons.items()
        for column, row in [cells[name]]
    }
    nodes = tuple(
        _node(lesson, places[name], required, lessons, states, is_next=name == upcoming, concepts=concepts)
        for name, lesson in lessons.items()
    )
    edges = tuple(
        Edge(source, name, _path(places[source], places[name]), states[source] == "passed")
        for name, sources in required.items()
        for source in sources
    )
    columns = 1 + max((column for column, _ in cells.values()), default=0)
    return CourseMap(
        width=2 * _MARGIN + columns * _COLUMN - (_COLUMN - NODE_WIDTH),
        height=lanes[-1].y + lanes[-1].height if lanes else 0,
        lanes=lanes,
        edges=tuple(sorted(edges, key=lambda edge: edge.done)),  # what is done lies on top
        nodes=nodes,
    )


def taught(lesson: Lesson) -> list[str]:
    """List the concepts of a lesson's exercises, each once."""
    return list(dict.fromkeys(concept for exercise in lesson.exercises for concept in exercise.concepts))


def in_words(concepts: Iterable[str]) -> list[str]:
    """Write concepts as one reads them."""
    return [concept.replace("-", " ") for concept in concepts]


def shared(concepts: Mapping[str, Sequence[str]], source: Lesson, target: Lesson) -> list[str]:
    """List what the first lesson teaches and the second one's concepts build on, or use again."""
    wanted = {*taught(target), *(on for concept in taught(target) for on in concepts.get(concept, ()))}
    return [concept for concept in taught(source) if concept in wanted]


def opened_by(catalog: Catalog, lesson: Lesson) -> list[Lesson]:
    """List the lessons that build on this one directly, in course order."""
    return [each for each in catalog.lessons.values() if lesson.id in each.requires]


def _reduced(required: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Leave out what another requirement asks for already."""

    def all_before(name: str) -> set[str]:
        return {before for each in required[name] for before in ({each} | all_before(each))}

    return {
        name: [each for each in direct if not any(each in all_before(other) for other in direct)]
        for name, direct in required.items()
    }


def _cells(tracks: Sequence[Track], required: Mapping[str, list[str]]) -> dict[str, tuple[int, int]]:
    """Give each lesson its column and its row in its lane."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 1 + max((depth(each) for each in required[name]), default=-1)
        return depths[name]

    cells: dict[str, tuple[int, int]] = {}
    for track in tracks:
        taken: set[tuple[int, int]] = set()
        own = {lesson.id for lesson in track.lessons}
        for lesson in sorted(track.lessons, key=lambda each: depth(each.id)):
            column = depth(lesson.id)
            rows = [cells[each][1] for each in required[lesson.id] if each in own]
            wanted = fmean(rows) if rows else 0
            while not (free := [row for row in range(_ROWS_AT_MOST) if (column, row) not in taken]):
                column += 1
            cells[lesson.id] = (column, min(free, key=lambda row: (abs(row - wanted), row)))
            taken.add(cells[lesson.id])
    return cells


def _lanes(tracks: Sequence[Track], cells: Mapping[str, tuple[int, int]]) -> tuple[tuple[Lane, ...], dict[str, int]]:
    lanes = []
    tops = {}
    y = 0
    for track in tracks:
        rows = 1 + max(cells[lesson.id][1] for lesson in track.lessons)
        tops[track.id] = y + _LANE_TITLE
        height = _LANE_TITLE + rows * _ROW - (_ROW - NODE_HEIGHT) + _LANE_GAP
        lanes.append(Lane(track.title, y, height))
        y += height + _LANE_GAP
    return tuple(lanes), tops


def _node(
    lesson: Lesson,
    place: tuple[int, int],
    required: Mapping[str, Sequence[str]],
    lessons: Mapping[str, Lesson],
    states: Mapping[str, str],
    *,
    is_next: bool,
    concepts: Mapping[str, Sequence[str]],
) -> Node:
    def link(title: str, source: Lesson, target: Lesson) -> Link:
        return Link(title, tuple(in_words(shared(concepts, source, target))))

    before = [lessons[each] for each in required[lesson.id]]
    after = [each for each in lessons.values() if lesson.id in required[each.id]]
    missing = tuple(each.title for each in before if states[each.id] != "passed")
    state: State = "later" if missing else "open"
    if states[lesson.id] != "new":
        state = "passed" if states[lesson.id] == "passed" else "started"
    return Node(
        id=lesson.id,
        title=lesson.title,
        lines=tuple(textwrap.wrap(lesson.title, _LETTERS, max_lines=_LINES, placeholder="…")),
        track=lesson.track,
        state=state,
        next=is_next,
        teaches=tuple(in_words(taught(lesson))),
        builds_on=tuple(link(each.title, each, lesson) for each in before),
        opens=tuple(link(each.title, lesson, each) for each in after),
        waits_for=missing,
        x=place[0],
        y=place[1],
    )


def _path(source: tuple[int, int], target: tuple[int, int]) -> str:
    """Lead from the right of one node to the left of another, over a distance between the rows and under no node."""
    x1, y1 = source[0] + NODE_WIDTH, source[1] + NODE_HEIGHT // 2
    x2, y2 = target[0], target[1] + NODE_HEIGHT // 2
    if y1 == y2 and x2 - x1 == _COLUMN - NODE_WIDTH:
        return f"M{x1} {y1}H{x2}"
    if x2 - x1 == _COLUMN - NODE_WIDTH:
        return _bent([(x1, y1), (x1 + _BEND, y1), (x1 + _BEND, y2), (x2, y2)])
    way = target[1] - (_ROW - NODE_HEIGHT) // 2
    return _bent([(x1, y1), (x1 + _BEND, y1), (x1 + _BEND, way), (x2 - _BEND, way), (x2 - _BEND, y2), (x2, y2)])


def _bent(points: Sequence[tuple[int, int]]) -> str:
    """Join points by lines with round corners."""
    said = [f"M{points[0][0]} {points[0][1]}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = ((x + _toward(x, other[0]), y + _toward(y, other[1])) for other in (before, after))
        said.append(f"L{enter[0]} {enter[1]}Q{x} {y} {leave[0]} {leave[1]}")
    return "".join(said) + f"L{points[-1][0]} {points[-1][1]}"


def _toward(here: int, there: int) -> int:
    """Go from here towards there, by the roundness of a corner and no further than half of the way."""
    distance = min(abs(there - here) // 2, _BEND - 2)
    return distance if there > here else -distance
