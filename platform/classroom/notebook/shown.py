"""How a lab's results look: text for a terminal, and HTML that is escaped, has no script, and follows the theme."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from classroom.notebook.words import say
from classroom.schemas import Diagnostic

if TYPE_CHECKING:
    from classroom.notebook.functions import WithFunctions
    from classroom.notebook.labs import Lab, Receipt

# The palette of the exercise panel (`web-src/src/css/tokens.css`). A saved notebook stands alone: each output has it.
_STYLE = """
<style>
.hk-lab{color-scheme:light dark;--hk-text:light-dark(#1d1d2b,#ececf4);--hk-quiet:light-dark(#5a5a72,#acacc4);
--hk-line:light-dark(#d9d9e6,#38384d);--hk-surface:light-dark(#fff,#1d1d2a);--hk-pass:light-dark(#0f6b43,#86e3b4);
--hk-fail:light-dark(#9a3412,#fdba8c);--hk-fail-bg:light-dark(#fff1e3,#43240f);
background:var(--hk-surface);border:1px solid var(--hk-line);border-radius:.5rem;color:var(--hk-text);
font:.875rem/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
margin:.25rem 0;max-width:44rem;overflow-wrap:anywhere;padding:.625rem .875rem}
body[data-jp-theme-light="true"] .hk-lab{color-scheme:light}
body[data-jp-theme-light="false"] .hk-lab{color-scheme:dark}
.hk-lab.hk-lab p{margin:0}
.hk-lab.hk-lab .hk-line{align-items:baseline;display:flex;flex-wrap:wrap;gap:.125rem .75rem}
.hk-lab.hk-lab .hk-ok{color:var(--hk-pass);font-weight:600}
.hk-lab.hk-lab .hk-no{color:var(--hk-fail);font-weight:600}
.hk-lab.hk-lab .hk-why{border-left:3px solid var(--hk-fail);margin-top:.375rem;padding-left:.625rem}
.hk-lab.hk-lab .hk-quiet{color:var(--hk-quiet)}
.hk-lab.hk-lab code{background:none;border:0;color:inherit;
font-family:ui-monospace,"SF Mono","DejaVu Sans Mono",monospace;
font-size:.9em;padding:0}
.hk-lab.hk-lab ul{list-style:none;margin:.375rem 0 0;padding:0}
</style>
"""


def receipt_text(receipt: "Receipt") -> str:
    """Tell a receipt in lines of text."""
    lines = [f"{'✓' if receipt.ok else '✕'} {receipt.what}: {_verdict(receipt)}"]
    if receipt.error:
        lines[0] += f": {receipt.error}"
    if receipt.gas_used is not None:
        lines[0] += f" ({gas(receipt.gas_used)})"
    if receipt.value is not None:
        lines.append(f"  {say('returned', value=repr(receipt.value))}")
    lines.extend(f"  {say('event')} {event}" for event in receipt.events)
    return "\n".join(lines)


def receipt_html(receipt: "Receipt") -> str:
    """Show a receipt: what was done, whether it went through, gas, the value returned, events."""
    state, symbol = ("hk-ok", "✓") if receipt.ok else ("hk-no", "✕")
    verdict = f'<span aria-hidden="true">{symbol}</span> {_verdict(receipt).capitalize()}'
    line = [f'<span class="{state}">{verdict}</span>', f"<code>{escape(receipt.what)}</code>"]
    if receipt.gas_used is not None:
        line.append(f'<span class="hk-quiet">{gas(receipt.gas_used)}</span>')
    parts = [f'<p class="hk-line">{"".join(line)}</p>']
    if receipt.explanation:
        parts.append(f'<p class="hk-why">{code(receipt.explanation)}</p>')
    if receipt.value is not None:
        parts.append(f"<p>{say('returned', value=_code(repr(receipt.value)))}</p>")
    if receipt.events:
        parts.append(
            _list(f'<span class="hk-quiet">{say("event")}</span> <code>{escape(str(e))}</code>' for e in receipt.events)
        )
    return card(parts)


def deployed_html(deployed: "WithFunctions") -> str:
    """Show a deployed contract: its name, address and functions."""
    head = (
        f'<p class="hk-line"><strong>{escape(deployed.contract)}</strong>'
        f'<span class="hk-quiet">{say("at", address=_code(deployed.address))}</span></p>'
    )
    functions = [function for name, function in deployed.functions.items() if "(" in name]
    return card([head, _list(f"<code>{escape(str(function.__doc__))}</code>" for function in functions)])


def lab_text(lab: "Lab") -> str:
    """Tell a lab in lines of text: its contracts and the compiler's warnings."""
    names = ", ".join(lab.contracts) or say("lab_nothing")
    return "\n".join(
        [f"{say('lab', names=names)}; {say('lab_steps', count=len(lab.steps))}.", *map(_message, lab.diagnostics)]
    )


def lab_html(lab: "Lab") -> str:
    """Show a lab: its contracts and the compiler's warnings."""
    names = ", ".join(f"<code>{escape(name)}</code>" for name in lab.contracts) or say("lab_nothing")
    head = f'<p>{say("lab", names=names)} <span class="hk-quiet">· {say("lab_steps", count=len(lab.steps))}</span></p>'
    return card([head, _list(escape(_message(diagnostic)) for diagnostic in lab.diagnostics)])


def diagnostics_text(source: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Tell the compiler's messages, each with its line of the source and help in plain words."""
    lines = source.splitlines()
    told: list[str] = []
    for diagnostic in diagnostics:
        told.append(_message(diagnostic))
        if diagnostic.line and diagnostic.line <= len(lines):
            number = str(diagnostic.line)
            told.append(f"  {number} | {lines[diagnostic.line - 1]}")
            if diagnostic.column:
                told.append(f"  {' ' * len(number)} | {' ' * (diagnostic.column - 1)}^")
        if diagnostic.help:
            told.append(f"  {diagnostic.help}")
    return "\n".join(told)


def code(text: str) -> str:
    """Escape a text in which `code` stands between back-ticks."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _message(diagnostic: Diagnostic) -> str:
    where = f"{say('line', line=diagnostic.line)}: " if diagnostic.line else ""
    return f"{where}{say(f'severity_{diagnostic.severity.value}')}: {diagnostic.message}"


def _verdict(receipt: "Receipt") -> str:
    return say("went_through") if receipt.ok else say("failed")


def gas(amount: int) -> str:
    """Say an amount of gas."""
    return say("gas", gas=f"{amount:,}")


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _list(items: Iterable[str]) -> str:
    entries = [f"<li>{item}</li>" for item in items]
    return f"<ul>{''.join(entries)}</ul>" if entries else ""


def card(parts: Iterable[Any]) -> str:
    """Put parts of HTML into a frame that follows the theme."""
    return f'{_STYLE}<div class="hk-lab">{"".join(parts)}</div>'
