"""Kind `predict`: a learner says what a scene will do; then it is done, and what happens is the answer.

A submission's source is JSON, an object of answers by question: `{"slot_two": "0x2a", "reverts": "yes"}`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from evmbox.chain import Chain, Contract, LearnerError
from evmbox.checks import Answer, Check, CheckFailed
from evmbox.checks.check import CHECKS_FILE
from evmbox.compiler import Compilation, Compiler
from evmbox.compiler.diagnostics import refuse
from evmbox.compiler.standard_json import refuse_text
from evmbox.errors import ExerciseError
from evmbox.exercise import MANIFEST, SCENE, Exercise
from evmbox.questions import AskedQuestion, draw, fill, questions
from evmbox.report import Diagnostic, Outcome, Report
from evmbox.runner.answer_forms import accepts_truth, fault
from evmbox.runner.contract import compile_helpers
from evmbox.runner.grading import LESSON_FAULT, Grading
from evmbox.runner.stages import open_chain, run_checks
from evmbox.runner.submission import NO_HELPERS, Submission

MAX_BRACKETS = 200
"""More of them in one text are no answers, and nested they would use up the stack of the process that reads them."""

_FORM = 'Write one JSON object with an answer for each question, such as {"first_slot": "42"}.'


def prepare(exercise: Exercise, source: str, compiler: Compiler) -> Submission:
    """Read the answers, and compile the scene, which is the lesson's and not the learner's."""
    answers = read_answers(source)
    if isinstance(answers, Diagnostic):
        message = answers.message if answers.line is None else f"Line {answers.line}: {answers.message}"
        refused = Compilation(diagnostics=(answers,), outcome=Outcome.FAILED, message=f"{message} {answers.help}")
        return Submission(source, refused)
    scene = compiler.compile(exercise.scene or "", extra_sources=exercise.extra_sources)
    # Its warnings are no business of the learner's; whether it compiled at all is judged with the rest.
    scene = replace(scene, diagnostics=() if scene.ok else scene.diagnostics)
    helpers = compile_helpers(exercise, compiler) if scene.ok else NO_HELPERS
    return Submission(source, helpers=helpers, others={SCENE: scene})


def judge(grading: Grading) -> Report:
    """Set the scene, let each answer be found out on a snapshot of it, and compare."""
    refused = grading.submission.compilation
    if refused.outcome is not None:
        return grading.report(refused.outcome, refused.message)
    try:
        chain, scene = _set(grading)
        grading.checks = _asked(grading, draw(grading.exercise.values, grading.seed))
    except ExerciseError as error:
        grading.listeners.on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"The scene cannot be set. {LESSON_FAULT}")
    grading.hides_gas = True  # it may be what is asked for
    return run_checks(grading, chain, scene)


def read_answers(source: str, *, form: str = _FORM) -> dict[str, str] | Diagnostic:
    """Return a learner's answers by question as texts, or what is wrong with the text as a whole.

    Numbers stay as they are written, so that none is too large and none is rounded.
    """
    if refusal := refuse_text(source):
        return refusal
    if source.count("[") + source.count("{") > MAX_BRACKETS:
        return refuse("JSONError", "This is nested too deep, or has far too many brackets.", form)
    try:
        answers = json.loads(source, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        return refuse("JSONError", f"This is not JSON: {error.msg}.", form, text=source, index=error.pos)
    if not isinstance(answers, dict):
        return refuse("JSONError", "This is no JSON object.", form)
    return {key: _text(value) for key, value in answers.items()}


@dataclass(frozen=True)
class _Asked(Check):
    """A check of one answer: it fails, in words for the learner, where the scene does something else."""

    answer: Answer
    question: AskedQuestion
    tolerance: float
    given: str
    values: Mapping[str, Any]

    def run(self, chain: Chain, contract: Contract | None = None) -> None:
        assert contract is not None  # noqa: S101 — the scene, which was deployed before any question is asked
        truth = self.answer.truth(chain, contract, self.values)
        if not accepts_truth(self.question, truth):
            raise ExerciseError(
                f"the answer `{self.id}` returned {truth!r}, which answers no question of type '{self.question.type}'.",
                file=CHECKS_FILE,
                remedy="Return a number, bytes, a bool, one of the choices, an address or a text.",
            )
        if said := fault(self.question, self.given, truth, tolerance=self.tolerance):
            raise CheckFailed(said)


def _set(grading: Grading) -> tuple[Chain, Contract]:
    """Deploy the scene. Raises `ExerciseError` where that can't be done."""
    exercise = grading.exercise
    scene = grading.submission.others[SCENE]
    if not scene.ok:
        raise ExerciseError(f"it does not compile: {scene.message}.", file=SCENE, remedy="Mend it.")
    grading.submission = replace(grading.submission, compilation=scene)
    chain = open_chain(grading)
    values = draw(exercise.values, grading.seed)
    args = [_filled(argument, values) for argument in exercise.constructor]
    try:
        return chain, chain.deploy(exercise.contract or "", *args, called="the scene")
    except LearnerError as error:
        raise ExerciseError(f"it can't be deployed: {error.explanation}", file=SCENE, remedy="Mend it.") from error


def _asked(grading: Grading, values: Mapping[str, Any]) -> list[Check]:
    """Return a check for each question. Raises `ExerciseError` where questions and answers don't fit together."""
    exercise = grading.exercise
    given = read_answers(grading.submission.source)
    assert isinstance(given, dict)  # noqa: S101 — what can't be read was refused in `prepare`
    asked = {question.id: question for question in questions(exercise, grading.seed)}
    tolerances = {question.id: question.tolerance for question in exercise.questions}
    answers = {check.id: check for check in grading.checks if isinstance(check, Answer)}
    if asked.keys() != {check.id for check in grading.checks} or len(answers) < len(grading.checks):
        raise ExerciseError(
            f"there must be one @answer for each question, and no other check; questions are {', '.join(asked)}.",
            file=CHECKS_FILE,
            remedy=f"Name the functions as {MANIFEST} names the questions.",
        )
    return [
        _Asked(
            check.id,
            check.title,
            check.task,
            check.points,
            check.hint,
            check.function,
            takes_contract=True,
            answer=check,
            question=asked[check.id],
            tolerance=tolerances[check.id],
            given=given.get(check.id, ""),
            values=values,
        )
        for check in answers.values()
    ]


def _filled(argument: Any, values: Mapping[str, Any]) -> Any:
    """Return a constructor argument, a value of the learner's where it is the name of one in `{{…}}`."""
    if isinstance(argument, str) and "{{" in argument:
        text = fill(argument, values)
        return int(text) if text.lstrip("-").isdigit() else text
    return argument


def _text(value: Any) -> str:
    """Return a value of JSON as the text of an answer."""
    match value:
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case None:
            return ""
    return json.dumps(value)
