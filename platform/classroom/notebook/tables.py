"""How contracts, traces, verdicts and progress look: text, and HTML that is escaped and has no script."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from classroom.notebook import shown
from classroom.notebook.abi import declaration, parameters
from classroom.notebook.words import say
from classroom.schemas import Diagnostic, Severity

if TYPE_CHECKING:
    from classroom.notebook.contracts import Compiled, Contract
    from classroom.notebook.handing_in import Verdict
    from classroom.notebook.traces import Trace

_STYLE = """
<style>
.hk-lab.hk-lab table{border:0;border-collapse:collapse;color:inherit;font-size:inherit;margin:.5rem 0 0;
table-layout:auto;width:100%}
.hk-lab.hk-lab tbody tr:nth-child(n){background:none}
.hk-lab.hk-lab th,.hk-lab.hk-lab td{border:0;border-bottom:1px solid var(--hk-line);max-width:none;
overflow-wrap:break-word;padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top;white-space:normal}
.hk-lab.hk-lab tbody tr:last-child td{border-bottom:0}
.hk-lab.hk-lab th{color:var(--hk-quiet);font-weight:600}
.hk-lab.hk-lab td>.hk-ok,.hk-lab.hk-lab td>.hk-quiet{white-space:nowrap}
.hk-lab.hk-lab .hk-number{font-variant-numeric:tabular-nums;padding-right:0;text-align:right}
.hk-lab.hk-lab td .hk-why{margin:.25rem 0}
.hk-lab.hk-lab h4{color:inherit;font-size:1rem;font-weight:600;margin:0}
.hk-lab.hk-lab pre{background:none;border:0;border-left:3px solid var(--hk-line);color:inherit;
font:.9em/1.5 ui-monospace,"SF Mono","DejaVu Sans Mono",monospace;margin:.25rem 0;padding:0 0 0 .625rem;
white-space:pre-wrap}
.hk-lab.hk-lab mark{background:var(--hk-fail-bg);color:inherit;font-weight:600;
text-decoration:underline wavy var(--hk-fail);text-underline-offset:.2em}
.hk-lab.hk-lab progress{accent-color:currentColor;height:.5rem;max-width:20rem;width:100%}
.hk-lab.hk-lab a{color:inherit;text-decoration:underline}
.hk-lab.hk-lab .hk-line+.hk-part,.hk-lab.hk-lab .hk-part+.hk-part{margin-top:.5rem}
.hk-lab.hk-lab .hk-narrow{width:1%}
.hk-lab.hk-lab table+p{margin-top:.5rem}
</style>
"""
_SYMBOLS = {
    "passed": ("hk-ok", "✓"),
    "failed": ("hk-no", "✕"),
    "not_run": ("hk-quiet", "·"),
}


def contract_html(contract: "Contract") -> str:
    """Show a compiled contract: how to deploy it, and its functions."""
    head = (
        f'<p class="hk-line"><strong>{escape(contract.name)}</strong><span class="hk-quiet">'
        f"<code>{escape(contract.name)}.deploy({escape(parameters(contract.constructor))})</code></span></p>"
    )
    functions = [entry for entry in contract.abi if entry.get("type") == "function"]
    return card([head, _items(f"<code>{escape(declaration(entry))}</code>" for entry in functions)])


def compiled_text(compiled: "Compiled") -> str:
    """Tell what a cell gave, in lines of text."""
    names = ", ".join(compiled.contracts) or say("compiled_nothing")
    told = shown.diagnostics_text(compiled.source, compiled.diagnostics)
    return say("compiled_names", names=names) + (f"\n{told}" if told else "")


def compiled_html(compiled: "Compiled") -> str:
    """Show what a cell gave: each contract, and the compiler's warnings in their lines."""
    parts = [f'<p><span class="hk-ok"><span aria-hidden="true">✓</span> {say("compiled")}</span></p>']
    if compiled.contracts:
        rows = [
            [
                f"<code>{escape(contract.name)}</code>",
                f"<code>{escape(contract.name)}.deploy({escape(parameters(contract.constructor))})</code>",
                f"{sum(entry.get('type') == 'function' for entry in contract.abi)}",
                f"{len(contract.bytecode) // 2 - 1:,}",
            ]
            for contract in compiled.contracts.values()
        ]
        parts.append(table(_heads("contract", "deploy", "functions", "bytes"), rows, numbers=[2, 3]))
    else:
        parts.append(f'<p class="hk-quiet">{say("nothing_to_deploy")}</p>')
    parts += [diagnostic_html(compiled.source, each) for each in compiled.diagnostics]
    return card(parts)


def not_compiled_html(source: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Show why a source does not compile: each message, its line with the place marked, and help in plain words."""
    return card(diagnostic_html(source, each) for each in diagnostics)


def diagnostic_html(source: str, diagnostic: Diagnostic) -> str:
    """Show one message of the compiler and the line it is about."""
    failed = diagnostic.severity is Severity.ERROR
    state, symbol = ("hk-no", "✕") if failed else ("hk-quiet", "!")
    where = say("line", line=diagnostic.line) if diagnostic.line else ""
    head = f'<span aria-hidden="true">{symbol}</span> {say(f"severity_{diagnostic.severity.value}").capitalize()}'
    parts = [
        (
            f'<p class="hk-line"><span class="{state}">{head}</span>'
            f'<span class="hk-quiet">{where}</span><span>{escape(diagnostic.message)}</span></p>'
        )
    ]
    lines = source.splitlines()
    if diagnostic.line and diagnostic.line <= len(lines):
        parts.append(f"<pre>{_marked(lines[diagnostic.line - 1], diagnostic)}</pre>")
    if diagnostic.help:
        parts.append(f"<p>{shown.code(diagnostic.help)}</p>")
    return f'<div class="hk-part">{"".join(parts)}</div>'


def trace_text(trace: "Trace") -> str:
    """Tell a trace in lines of text."""
    lines = [f"{trace.title}:"]
    for call in trace.calls:
        failed = f", {call.error}" if call.error else ""
        lines.append(f"  {'  ' * call.depth}{call.kind} {call.what} ({say('gas', gas=f'{call.gas_used:,}')}{failed})")
    lines += [f"  {write.variable}: {write.old} → {write.new}" for write in trace.writes]
    return "\n".join(lines)


def trace_html(trace: "Trace") -> str:
    """Show a trace: calls within calls, variables before and after, gas by function."""
    calls = [
        [
            (
                f'<span style="padding-left:{min(call.depth, 12)}rem">'
                f'<span class="hk-quiet">{escape(call.kind)}</span> <code>{escape(call.what)}</code></span>'
            ),
            f'<span class="hk-no">✕ {escape(call.error)}</span>'
            if call.error
            else f'<span class="hk-ok">✓ {say("went_through")}</span>',
            f"{call.gas_used:,}",
        ]
        for call in trace.calls
    ]
    parts = [f"<h4>{escape(trace.title)}</h4>"]
    if calls:
        parts.append(table(_heads("call", "ended", "gas"), calls, numbers=[2]))
    else:
        parts.append(f"<p>{say('nothing_executed')}</p>")
    if trace.writes:
        rows = [
            [f"<code>{escape(text)}</code>" for text in (each.variable, each.old, each.new)] for each in trace.writes
        ]
        parts.append(table(_heads("variable", "before", "after"), rows))
    if trace.functions:
        rows = [[f"<code>{escape(name)}</code>", f"{gas:,}"] for name, gas in trace.functions]
        parts.append(table(_heads("function", "own_gas"), rows, numbers=[1]))
    return card(parts)


def verdict_text(verdict: "Verdict") -> str:
    """Tell a verdict in lines of text."""
    lines = [f"{'✓' if verdict.passed else '✕'} {verdict.headline}: {verdict.points}"]
    if verdict.message:
        lines.append(f"  {verdict.message}")
    lines += shown.diagnostics_text(verdict.source, verdict.diagnostics).splitlines()
    for check in verdict.ran:
        lines.append(f"  {_SYMBOLS[check.status][1]} {check.title}")
        lines += [f"      {text}" for text in (check.message, check.divergence) if text]
    if verdict.link:
        lines.append(f"  {verdict.link}")
    return "\n".join(lines)


def verdict_html(verdict: "Verdict") -> str:
    """Show a verdict: how it ended, then each check with what was expected and what happened."""
    state, symbol = ("hk-ok", "✓") if verdict.passed else ("hk-no", "✕")
    parts = [
        (
            f'<p class="hk-line" role="status"><span class="{state}"><span aria-hidden="true">{symbol}</span> '
            f"{escape(verdict.headline)}</span><code>{escape(verdict.exercise_id)}</code>"
            f'<span class="hk-quiet">{escape(verdict.points)}</span></p>'
        )
    ]
    if verdict.message:
        parts.append(f'<p class="hk-why">{shown.code(verdict.message)}</p>')
    parts += [diagnostic_html(verdict.source, each) for each in verdict.diagnostics]
    if verdict.ran:
        rows = []
        for check in verdict.ran:
            look, mark = _SYMBOLS[check.status]
            word = say(check.status)
            told = [f"<div>{shown.code(check.title)}</div>"]
            told += [
                f'<div class="hk-why">{shown.code(text)}</div>' for text in (check.message, check.divergence) if text
            ]
            rows.append([f'<span class="{look}"><span aria-hidden="true">{mark}</span> {word}</span>', "".join(told)])
        parts.append(table(_heads("result", "check"), rows, narrow=[0]))
    if verdict.link:
        parts.append(f'<p><a href="{escape(verdict.link)}" target="_blank">{say("open_in_classroom")}</a></p>')
    return card(parts)


def progress_html(label: str, done: int, total: int) -> str:
    """Show how far long work is; a `total` of 0 is not known yet."""
    bar = f'<progress max="{total}" value="{done}"></progress>' if total else "<progress></progress>"
    return card([f'<div role="status"><label class="hk-line"><span>{escape(label)}</span>{bar}</label></div>'])


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = (), narrow: Iterable[int] = ()
) -> str:
    """Write a table. Its cells are HTML already; the columns `numbers` stand to the right, `narrow` ones are so."""
    look = [""] * len(heads)
    for name, columns in (("hk-number", numbers), ("hk-narrow", narrow)):
        for at in columns:
            look[at] = f' class="{name}"'
    top = "".join(f'<th scope="col"{look[at]}>{escape(head)}</th>' for at, head in enumerate(heads))
    body = "".join(f"<tr>{''.join(f'<td{look[at]}>{cell}</td>' for at, cell in enumerate(row))}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def card(parts: Iterable[str]) -> str:
    """Put parts into a frame that follows the theme; a saved notebook stands alone, so each has its styles."""
    return f"{_STYLE}{shown.card(parts)}"


def _heads(*names: str) -> list[str]:
    return [say(f"head_{name}") for name in names]


def _items(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _marked(line: str, diagnostic: Diagnostic) -> str:
    if not diagnostic.column:
        return escape(line)
    start = diagnostic.column - 1
    ends_here = diagnostic.end_column and diagnostic.end_line == diagnostic.line
    end = max(diagnostic.end_column - 1, start + 1) if ends_here and diagnostic.end_column else len(line)
    return f"{escape(line[:start])}<mark>{escape(line[start:end])}</mark>{escape(line[end:])}"
