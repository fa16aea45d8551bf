"""One catalogue of what displays say: nothing is said that it does not hold, and nothing in it is never said."""

import re
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest

from classroom.notebook import words
from classroom.notebook.contracts import Compiled
from classroom.notebook.handing_in import Verdict, stage_of
from classroom.notebook.labs import LabEvent, Receipt
from classroom.notebook.traces import Call, Trace, Write
from classroom.schemas import Diagnostic, Event, SubmissionOut
from evmbox.report import CheckResult, CheckStatus, Outcome, Report, Severity

NOTEBOOK = Path(words.__file__).parent


def translated(text: str) -> str:
    """Translate a text into a language of one letter, which leaves the places as they are."""
    return re.sub(r"\{.*?\}|[A-Za-z]", lambda found: found[0] if len(found[0]) > 1 else "é", text)


def complaint(severity: Severity) -> Diagnostic:
    return Diagnostic.model_construct(
        severity=severity, message="Ωμ", line=1, column=1, help="Φψ", kind="Ω", end_line=1
    )


def verdict_on(outcome: Outcome) -> Verdict:
    checks = tuple(
        CheckResult.model_construct(id="Ω", title="Ω", status=each, message="Ω", divergence=None)
        for each in CheckStatus
    )
    report = Report.model_construct(
        outcome=outcome, score=1, max_score=3, checks=checks, message="Ω", diagnostics=(complaint(Severity.INFO),)
    )
    made = SubmissionOut.model_construct(id=UUID(int=0), exercise_id="Ω", number=2, report=report)
    return Verdict(made, source="Ω", link="Ω")


SHOWN = {
    **{outcome: verdict_on(outcome) for outcome in Outcome},
    "receipt": Receipt("Δ", ok=True, gas_used=1, value=5, events=(LabEvent("Ω", {"Ω": 1}),)),
    "refused": Receipt("Δ", ok=False, error="Ω", explanation="Ω"),
    "trace": Trace("Δ", (Call(0, "Ω", "Δ", 5), Call(1, "Ω", "Δ", 5, "Ω")), (Write("Ω", "Ω", "Ω"),), (("Ω", 3),)),
    "empty trace": Trace("Δ", ()),
    "compiled": Compiled("Ω", {}, [complaint(Severity.WARNING), complaint(Severity.ERROR)]),
}


@pytest.mark.parametrize("what", SHOWN)
def test_every_word_of_a_display_comes_from_the_catalogue(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "TEXTS", {key: translated(text) for key, text in words.TEXTS.items()})
    display = SHOWN[what]
    html = re.sub(r"<style>.*?</style>", "", display._repr_html_(), flags=re.DOTALL)
    for said in (repr(display), unescape(re.sub(r"<[^>]*>", " ", html))):
        assert said.strip()
        assert re.findall(r"[A-Za-z]{2,}", said) == []


def test_the_way_of_an_attempt_is_told_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "TEXTS", {key: translated(text) for key, text in words.TEXTS.items()})
    event = Event(submission_id=UUID(int=0), state="queued")
    assert stage_of(event)[0] == translated("Waiting for its turn")


def test_all_that_can_be_said_is_in_the_catalogue_and_nothing_else() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in NOTEBOOK.glob("*.py") if path.name != "words.py")
    heads = [each for call in re.findall(r"_heads\(([^)]*)\)", sources) for each in re.findall(r'"(\w+)"', call)]
    said = {f"outcome_{each}" for each in Outcome} | {f"severity_{each}" for each in Severity}
    said |= {f"head_{each}" for each in heads}
    said |= set(re.findall(r"""\bsay\(["'](\w+)["']""", sources)) | set(re.findall(r'Stage\.\w+: "(\w+)"', sources))
    assert said | set(CheckStatus) == set(words.TEXTS)
