"""What a dashboard notebook is made of: the way to the classroom for who teaches, and plots that need nothing else.

A plot is text for a terminal and HTML that is escaped, has no script, and follows the theme.

    client, course = connect()
    bars([(each.title, each.stuck) for each in client.exercise_figures(course)])
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import log1p
from typing import Any, Final

from classroom.errors import NotFound
from classroom.notebook.client import Client, default_client
from classroom.notebook.shown import card
from classroom.schemas import CohortRow, TimeToPass

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 440, 200, 44, 30
_TIMES: Final = ((0, "0"), (60, "1 min"), (300, "5 min"), (1800, "30 min"), (14_400, "4 h"), (86_400, "1 d"))
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOST: Final = 7 * 86_400.0
_STYLE: Final = """
<style>
.hk-lab.hk-plot{max-width:none;overflow-wrap:normal;overflow-x:auto}
.hk-lab.hk-plot table{border-collapse:collapse;display:table;color:inherit;font-size:inherit;margin:0;width:auto}
.hk-lab.hk-plot tr:nth-child(n){background:none}
.hk-lab.hk-plot th,.hk-lab.hk-plot td{border:0;padding:.2rem .6rem .2rem 0;text-align:left;max-width:22rem}
.hk-lab.hk-plot .hk-number,.hk-lab.hk-plot time{font-variant-numeric:tabular-nums;text-align:right;white-space:nowrap}
.hk-lab.hk-plot .hk-long{min-width:5rem;width:16rem}
.hk-lab.hk-plot td{min-width:4rem}
.hk-lab.hk-plot .hk-number{min-width:0}
.hk-lab.hk-bars th{min-width:8rem}
.hk-lab.hk-plot svg{display:block;height:auto;max-width:100%}
.hk-lab.hk-plot .hk-bar{fill:currentColor;opacity:.75}
.hk-lab.hk-plot text{fill:var(--hk-quiet);font-size:12px}
.hk-lab.hk-plot .hk-grid{stroke:var(--hk-line)}
.hk-lab.hk-plot .hk-curve{fill:none;stroke:currentColor;stroke-width:2}
.hk-lab.hk-heat td{border:1px solid var(--hk-surface);min-width:1.7rem;padding:.1rem .2rem;text-align:center}
.hk-lab.hk-heat thead th{font-weight:400;height:9rem;padding:.2rem;vertical-align:bottom;white-space:nowrap}
.hk-lab.hk-heat thead span{writing-mode:vertical-rl;transform:rotate(180deg)}
.hk-lab.hk-heat tbody th{font-weight:600;white-space:nowrap}
.hk-lab.hk-heat .hk-passed{background:light-dark(#dff5e9,#12382a);color:var(--hk-pass)}
.hk-lab.hk-heat .hk-started{background:light-dark(#ffedd9,#43240f);color:var(--hk-fail)}
</style>
"""


@dataclass(frozen=True)
class Plot:
    """Something to look at. `str()` gives it as text."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def connect(course: str | None = None) -> tuple[Client, str]:
    """Give the way to the classroom, and the short name of a course that you teach: this one, else the newest running.

    Raises NotFound where you teach none, or not this one.
    """
    client = default_client()
    taught = [each for each in client.courses() if {"instructor", "assistant"} & set(each.roles)]
    found = [each for each in taught if course in {None, each.slug} and (course or each.archived_at is None)]
    if not found:
        raise NotFound("You teach no such course." if course else "You teach no course yet.")
    return client, found[-1].slug


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Plot:
    """Show rows under headings; numbers stand to the right."""
    told = [[_said(value) for value in row] for row in rows]
    numbers = [all(_is_number(cell) for cell in column) for column in zip(*told, strict=True)] or [False] * len(
        headings
    )
    kinds = ['class="hk-number"' if number else "" for number in numbers]
    head = "".join(f'<th scope="col" {kind}>{escape(name)}</th>' for name, kind in zip(headings, kinds, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td {kind}>{_cell(cell)}</td>' for cell, kind in zip(row, kinds, strict=True))}</tr>"
        for row in told
    )
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return _plot("\n".join("  ".join(row) for row in [list(headings), *told]), html)


def bars(values: Iterable[tuple[str, float]], *, title: str = "") -> Plot:
    """Show a bar for each name, with its value as a number beside it."""
    held = list(values)
    most = max((value for _, value in held), default=0) or 1
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="hk-number">{_said(value)}</td><td class="hk-long">'
        f'<svg width="100%" height="12" viewBox="0 0 240 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="hk-bar" width="{240 * value / most:.1f}" height="12"/></svg></td></tr>'
        for name, value in held
    )
    lines = [f"{name}  {_said(value)}  {'#' * round(30 * value / most)}" for name, value in held]
    return _plot(
        "\n".join([title, *lines] if title else lines), f"{_heading(title)}<table>{rows}</table>", kind="hk-bars"
    )


def curve(times: TimeToPass, *, title: str = "Not passed yet, by time since the first attempt") -> Plot:
    """Show what share has not passed yet over time. Early minutes have most room."""
    longest = min(_MOST, max([300.0, *(step.seconds * 1.1 for step in times.steps)]))

    def x(seconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 10) * log1p(min(seconds, longest) / 60) / log1p(longest / 60)

    def y(share: float) -> float:
        return 8 + (_HEIGHT - _BOTTOM - 8) * (1 - share)

    path = f"M{x(0):.1f} {y(1):.1f}" + "".join(f"H{x(each.seconds):.1f}V{y(each.share):.1f}" for each in times.steps)
    upwards = "".join(
        f'<line class="hk-grid" x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.5, 1)
    )
    across = "".join(
        f'<text x="{x(seconds):.1f}" y="{_HEIGHT - 10}" text-anchor="middle">{name}</text>'
        for seconds, name in _TIMES
        if seconds <= longest
    )
    half = "not reached" if times.half is None else f"{times.half / 60:.0f} min"
    said = f"{title}: of {times.learners} learners; half have passed after: {half}"
    svg = (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img" aria-label="{escape(said)}">'
        f'{upwards}{across}<path class="hk-curve" d="{path}H{x(longest):.1f}"/></svg>'
    )
    return _plot(said, f"{_heading(title)}{svg}<p>Half have passed after: {half}.</p>")


def heat_map(rows: Iterable[CohortRow], titles: Sequence[str]) -> Plot:
    """Show learners by exercises: a tick for what is passed, else the number of attempts."""
    held = list(rows)
    head = "".join(f'<th scope="col"><span>{escape(title)}</span></th>' for title in titles)
    body, lines = [], []
    for row in held:
        signs = ["✓" if cell.state == "passed" else str(cell.attempts or "·") for cell in row.cells]
        cells = "".join(
            f'<td class="hk-{cell.state}" title="{escape(title)}: {cell.state}, {cell.attempts} attempts">{sign}</td>'
            for cell, sign, title in zip(row.cells, signs, titles, strict=True)
        )
        body.append(f'<tr><th scope="row">{escape(row.display_name)}</th>{cells}</tr>')
        lines.append(f"{row.display_name}  {' '.join(signs)}")
    html = f'<table><thead><tr><th scope="col">Learner</th>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'
    return _plot("\n".join(lines), html, kind="hk-heat")


def _plot(text: str, html: str, *, kind: str = "") -> Plot:
    return Plot(text, _STYLE + card([html]).replace('class="hk-lab', f'tabindex="0" class="hk-lab hk-plot {kind}', 1))


def _heading(title: str) -> str:
    return f"<p><strong>{escape(title)}</strong></p>" if title else ""


def _said(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}".removesuffix(".0")
    return f"{value:,}" if isinstance(value, int) else str("-" if value is None else value)


def _cell(text: str) -> str:
    return f"<time>{text}</time>" if _DATE.fullmatch(text) else escape(text)


def _is_number(text: str) -> bool:
    return text == "-" or text.replace(",", "").replace(".", "", 1).lstrip("-").isdigit()
