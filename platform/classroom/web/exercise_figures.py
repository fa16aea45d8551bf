"""The pages of what attempts say: all exercises of a course, and one of them. For instructors and assistants."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from babel.dates import format_timedelta
from babel.numbers import format_percent
from fastapi import APIRouter, Query, Request, Response

from classroom.api.deps import InServices, Services
from classroom.api.routes import analytics as api
from classroom.schemas import DifficultyOut, DiscriminationOut, ExerciseAnalytics, ExerciseFigures, Name
from classroom.web import names, plots
from classroom.web.render import InViewer, PageRoute, Viewer, page
from classroom.web.texts import gettext, language, marked, ngettext

router = APIRouter(route_class=PageRoute)

_DIFFICULTY: Final = {
    "hard": marked("Hard"),
    "fair": marked("Fair"),
    "easy": marked("Easy"),
    "too_few": marked("Too few to tell"),
}
_ORDER: Final = {"hard": 0, "fair": 1, "easy": 2, "too_few": 3}
_ATTEMPTS_SHOWN: Final = 8
_STEPS_SHOWN: Final = 60
_DASHBOARD: Final = "cohort.ipynb"


@dataclass(frozen=True)
class Column:
    """A column of the list that it can be sorted by. `least` is True where the small ones are looked for first."""

    id: str
    title: str
    key: Callable[[ExerciseFigures], Any]
    least: bool = False


COLUMNS: Final = (
    Column("tried", marked("Tried"), lambda each: each.tried),
    Column("passed", marked("Passed"), lambda each: _share(each.passed, each.tried), least=True),
    Column("stuck", marked("Stuck now"), lambda each: each.stuck),
    Column("attempts", marked("Attempts, median"), lambda each: each.median_attempts or 0),
    Column("difficulty", marked("Difficulty"), lambda each: (_ORDER[each.difficulty], _first(each)), least=True),
)


@router.get("/cohort/exercises")
def list_exercises(
    request: Request,
    viewer: InViewer,
    services: InServices,
    by: Annotated[str, Query(max_length=16)] = "",
    turned: Annotated[str, Query(max_length=4)] = "",
) -> Response:
    """Show all exercises of the course, in its order or sorted `by` a column; `turned` the other way round."""
    found = api.list_figures(viewer.slug, viewer.person, services)
    column = next((each for each in COLUMNS if each.id == by), None)
    if column is not None:
        downwards = column.least is bool(turned)
        found = sorted(found, key=column.key, reverse=downwards)
    return page(
        request,
        "exercises.html",
        viewer=viewer,
        here="cohort",
        exercises=found,
        columns=COLUMNS,
        by=column,
        turned=bool(turned),
        dashboard=_dashboard(services, viewer),
        **_words(),
    )


@router.get("/cohort/exercises/{exercise_id}")
def show_exercise(request: Request, exercise_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show what the attempts at one exercise say."""
    found = api.show_analytics(viewer.slug, exercise_id, viewer.person, services)
    return page(
        request,
        "exercise.html",
        viewer=viewer,
        here="cohort",
        of=found,
        each=found.figures,
        lesson=services.catalog.lesson_of(exercise_id),
        compared=services.catalog.exercise(exercise_id).language == "solidity",
        attempts=found.by_attempt[:_ATTEMPTS_SHOWN],
        later_attempts=found.by_attempt[_ATTEMPTS_SHOWN:],
        steps=_thinned(found),
        curve=plots.curve(found.time_to_pass),
        bars=plots.gas_bars(found.gas) if found.gas else None,
        plot=plots,
        hard_in_words=difficulty_in_words(found.difficulty),
        apart_in_words=discrimination_in_words(found.discrimination),
        **_words(),
    )


def difficulty_in_words(of: DifficultyOut) -> str:
    """Say how hard an exercise is, in a sentence."""
    if of.word == "too_few":
        return gettext("Too few have tried to tell.")
    told = {
        "hard": gettext("Hard: %(passed)s of %(tried)s pass at the first try."),
        "fair": gettext("Fair: %(passed)s of %(tried)s pass at the first try."),
        "easy": gettext("Easy: %(passed)s of %(tried)s pass at the first try."),
    }
    return told[of.word] % {"passed": of.passed_first, "tried": of.first_tries}


def discrimination_in_words(of: DiscriminationOut) -> str:
    """Say whether an exercise tells strong learners from weak ones, in a sentence or two."""
    return {
        "well": gettext("Tells strong from weak learners well."),
        "hardly": gettext("Hardly tells strong from weak learners."),
        "backwards": gettext("Backwards: who is strong elsewhere does worse here. Look at its checks."),
        "nobody_apart": gettext("Tells nobody apart: every first try is worth the same."),
        "too_few": gettext("Too few have tried this and others to tell."),
    }[of.word]


def time_in_words(seconds: float) -> str:
    """Say how long something took, such as `12 minutes`."""
    if seconds < 1:
        return gettext("at once")
    words: str = format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=language().locale)
    return words


def reason_in_words(reason: str) -> str:
    """Say why a learner is thought to be stuck."""
    return {
        "repeats": gettext("the same failure again and again"),
        "stalled": gettext("five verdicts without more points"),
        "long": gettext("half an hour without more points"),
    }[reason]


def _short_time(seconds: float) -> str:
    """Say a time at a mark of an axis, such as `15 min`."""
    words: str = format_timedelta(timedelta(seconds=seconds), threshold=1, format="narrow", locale=language().locale)
    return "0" if not seconds else words


def _percent(share: float | None) -> str:
    words: str = format_percent(share or 0, locale=language().locale)
    return words


def _words() -> dict[str, Any]:
    return {
        "difficulty_word": lambda word: gettext(_DIFFICULTY[word]),
        "in_words": names.failure,
        "lasting": time_in_words,
        "short_time": _short_time,
        "percent": _percent,
        "reason_in_words": reason_in_words,
        "share": _share,
        "word_for": gettext,
        "learners_in_words": lambda count: ngettext("%(num)s learner", "%(num)s learners", count) % {"num": count},
        "attempts_in_words": lambda count: ngettext("%(num)s attempt", "%(num)s attempts", count) % {"num": count},
    }


def _dashboard(services: Services, viewer: Viewer) -> dict[str, str | None]:
    """Give the addresses of the same figures as a notebook: as an app, and for the owner in JupyterLab too."""
    settings = services.settings
    if not (settings.dashboards_dir / _DASHBOARD).is_file():
        return {}
    owner = viewer.person.user.name == settings.owner
    return {
        "app": f"{settings.voila_url}/voila/render/instructor/{_DASHBOARD}",
        "lab": f"{settings.lab_url}/lab/tree/instructor/{_DASHBOARD}" if owner else None,
    }


def _thinned(found: ExerciseAnalytics) -> list[Any]:
    """Give the steps of the curve for its table; where they are many, an even choice of them with the last."""
    steps = found.time_to_pass.steps
    apart = -(-len(steps) // _STEPS_SHOWN) or 1
    return [step for at, step in enumerate(steps) if at % apart == 0 or at == len(steps) - 1]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _first(each: ExerciseFigures) -> float:
    return _share(each.passed_first, each.first_tries)
