"""How a proof is shown to an author: a table for each exercise, each survivor as a diff, and all exercises in short."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from classroom.cli.console import out
from evmbox.proof import Claim, Fate, MutantResult, Proof, Row

SYMBOL: Final = {True: "[green]✓[/]", False: "[red]✗[/]"}
OF_A_FILE: Final = {Claim.STARTER_FAILS, Claim.SOLUTION_PASSES, Claim.VARIANT_PASSES, Claim.MISTAKE_CAUGHT}
COLOUR: Final = {"+": "green", "-": "red", "@": "cyan"}


def as_data(proof: Proof, seconds: float | None) -> Mapping[str, Any]:
    """Return a proof as JSON holds it; `seconds` is None where it was remembered."""
    return {
        **proof.model_dump(mode="json"),
        "figures": {claim: _figures(rows) for claim, rows in _by_claim(proof).items()},
        "mutants": _fates(proof),
        "seconds": seconds,
    }


def print_proof(proof: Proof, seconds: float | None) -> None:
    """Print what was proven of one exercise: claim by claim, then whatever is not as it should be, then its mutants."""
    took = "as remembered, since nothing changed" if seconds is None else f"{seconds:.1f} s"
    out.print(f"[bold]{proof.exercise_id}[/]  [dim]{len(proof.checks)} checks, {took}[/]")
    table = Table(show_edge=False, show_header=False, box=None)
    for claim, rows in _by_claim(proof).items():
        table.add_row(SYMBOL[all(row.ok for row in rows)], claim, _in_short(rows))
    out.print(table)
    wrong: dict[str, list[Row]] = {}
    for row in proof.rows:
        if not row.ok:
            wrong.setdefault(row.found, []).append(row)
    for found, rows in wrong.items():  # a check that breaks says the same of every file
        files = ", ".join(dict.fromkeys(row.file for row in rows))
        out.print(f"{SYMBOL[False]} [bold]{escape(files)}[/]: {escape(rows[0].expected)}; found: {escape(found)}")
    for mutant in proof.mutation.mutants if proof.mutation else ():
        if mutant.fate in {Fate.SURVIVED, Fate.BREAKS_A_CHECK}:
            _print_mutant(mutant)
    for mutant in proof.mutation.mutants if proof.mutation else ():
        if mutant.fate is Fate.EQUIVALENT:
            out.print(f"  [dim]equivalent, line {mutant.line}:[/] {escape(mutant.after or '(removed)')}")
            out.print(f"    [dim]{escape(mutant.why)}[/]")
    out.print("[green]proven[/]\n" if proof.ok else "[red]not proven[/]\n")


def print_all(proofs: Sequence[Proof], seconds: float) -> None:
    """Print the figures of several exercises, one a line, and their sums."""
    table = Table(show_edge=False)
    table.add_column("exercise", no_wrap=True)
    for heading in ("checks", "variants", "mistakes", "killed", "survived", "equivalent"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("", no_wrap=True)
    for proof in proofs:
        claims, fates = _by_claim(proof), _fates(proof)
        files = (_figures(claims.get(claim, ())) for claim in (Claim.VARIANT_PASSES, Claim.MISTAKE_CAUGHT))
        table.add_row(
            proof.exercise_id,
            str(len(proof.checks)),
            *(f"{each['ok']} of {each['all']}" for each in files),
            *(str(fates[fate]) if proof.mutation else "-" for fate in (Fate.KILLED, Fate.SURVIVED, Fate.EQUIVALENT)),
            "[green]proven[/]" if proof.ok else "[red]not proven[/]",
        )
    out.print(table)
    good = sum(proof.ok for proof in proofs)
    out.print(f"{good} of {len(proofs)} exercises proven in {seconds:.0f} s")


def _by_claim(proof: Proof) -> Mapping[Claim, list[Row]]:
    claims: dict[Claim, list[Row]] = {}
    for row in proof.rows:
        claims.setdefault(row.claim, []).append(row)
    return claims


def _figures(rows: Iterable[Row]) -> Mapping[str, int]:
    every = list(rows)
    return {"ok": sum(row.ok for row in every), "all": len(every)}


def _fates(proof: Proof) -> Mapping[Fate, int]:
    return {fate: proof.mutation.count(fate) if proof.mutation else 0 for fate in Fate}


def _in_short(rows: Sequence[Row]) -> str:
    if len(rows) == 1:
        row = rows[0]
        figure = row.ok or row.claim is Claim.MUTANTS_KILLED  # what else is wrong is said below, at length
        return f"[dim]{escape(row.file if row.claim in OF_A_FILE else row.found if figure else '')}[/]"
    figures = _figures(rows)
    return f"[dim]{figures['ok']} of {figures['all']}[/]"


def _print_mutant(mutant: MutantResult) -> None:
    """Show a mutant as a diff, and the entry that would list it as equivalent."""
    what = "survived" if mutant.fate is Fate.SURVIVED else f"broke a check ({escape(mutant.why)})"
    where = f" in {mutant.function}" if mutant.function else ""
    out.print(f"\n[red]✗[/] [bold]{mutant.operator}[/]{escape(where)}, line {mutant.line}: {what}")
    for line in mutant.diff.splitlines():
        colour = COLOUR.get(line[:1], "default")
        out.print(f"    [{colour}]{escape(line)}[/]")
    if mutant.fate is Fate.SURVIVED:
        out.print("  [dim]Strengthen a check; or, if this is as good as the solution, write into exercise.toml why:[/]")
        out.print(escape(entry(mutant)), style="dim")


def entry(mutant: MutantResult) -> str:
    """Return the entry of `exercise.toml` that lists a mutant as equivalent, with the reason left open."""
    named = mutant.model_dump(include={"operator", "function", "before", "after"})
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in named.items())
    return f'[[equivalent]]\n{"".join(lines)}reason = ""'
