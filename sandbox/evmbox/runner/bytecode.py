"""Kind `bytecode`: code written byte by byte or in Yul, or the calldata that makes a given code not revert."""

import re
from dataclasses import replace
from typing import Any

from evmbox.bytecode import Bytecode, BytecodeForm, HexFault, read_hex
from evmbox.chain import Chain, Contract, Receipt
from evmbox.chain.code import TAKES_ANYTHING, creation_of
from evmbox.chain.contract import Sender
from evmbox.compiler import Artifact, Compilation, Compiler, Language
from evmbox.compiler.diagnostics import refuse
from evmbox.compiler.standard_json import refuse_text
from evmbox.errors import ExerciseError
from evmbox.exercise import HELPERS, Exercise
from evmbox.questions import AnswerType
from evmbox.report import Diagnostic, Outcome, Report
from evmbox.runner.answer_forms import Unreadable, read
from evmbox.runner.contract import compile_helpers
from evmbox.runner.grading import LESSON_FAULT, Grading, Refusal
from evmbox.runner.predict import read_answers
from evmbox.runner.stages import deploy, open_chain, run_checks
from evmbox.runner.submission import NO_HELPERS, Submission

NAME = "Bytecode"
"""What a submission is called in a report, where the exercise gives it no name."""

MAX_VALUE_WEI = 2**128
_INPUT = ("calldata", "value")
_FORM = 'Write one JSON object, such as {"calldata": "0x", "value": "0"}.'
_PLAIN_YUL = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*\{", re.DOTALL)


class Puzzle(Contract):
    """A given contract, with what a learner sends to it."""

    def __init__(self, chain: Chain, contract: Contract, calldata: bytes, value: int) -> None:
        super().__init__(chain, contract.address, contract.artifact, contract.deployment)
        self._sent_to = chain
        self.calldata = calldata
        self.value = value

    def attempt(self, sender: Sender = None) -> Receipt:
        """Send the learner's calldata and value. Raises `ExecutionError`."""
        return self._sent_to.transfer(sender, self, self.value, data=self.calldata)


def prepare(exercise: Exercise, source: str, compiler: Compiler) -> Submission:
    """Make creation bytecode of a submission, or of the given puzzle."""
    asked = _asked(exercise)
    if refusal := refuse_text(source):
        compilation = _refused(refusal)
    elif asked.form is BytecodeForm.CALLDATA:
        compilation = _puzzle(exercise, source)
    elif asked.form is BytecodeForm.YUL:
        compilation = _yul(compiler.compile(source, language=Language.YUL), source, asked.max_size)
    else:
        compilation = _hexadecimal(source, asked)
    return Submission(source, compilation, compile_helpers(exercise, compiler) if compilation.ok else NO_HELPERS)


def as_contract(exercise: Exercise, source: str, compiler: Compiler) -> Compilation:
    """Compile a submission as what a scenario deploys: one contract, by the interface of the exercise if it has one.

    Raises `ExerciseError` where that interface is missing.
    """
    submission = prepare(exercise, source, compiler)
    if not submission.compilation.ok:
        return submission.compilation
    artifact = _artifact(exercise, submission)
    return replace(submission.compilation, artifacts={artifact.name: artifact}, abis={artifact.name: artifact.abi})


def judge(grading: Grading) -> Report:
    """Deploy the code, and run every check on it."""
    exercise, compilation = grading.exercise, grading.submission.compilation
    if compilation.outcome is not None:
        return grading.report(compilation.outcome, compilation.message)
    try:
        artifact = _artifact(exercise, grading.submission)
    except ExerciseError as error:
        grading.listeners.on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"The checks cannot call your code. {LESSON_FAULT}")
    chain = open_chain(grading)
    if exercise.puzzle is not None:
        return run_checks(grading, chain, _puzzle_on(chain, artifact, grading))
    contract = _deploy(grading, chain, artifact)
    return grading.refuse(contract) if isinstance(contract, Refusal) else run_checks(grading, chain, contract)


def read_input(source: str, max_size: int) -> tuple[bytes, int] | Diagnostic:
    """Return the calldata and the value in wei that a learner writes as JSON, or what is wrong with them."""
    given = read_answers(source, form=_FORM)
    if isinstance(given, Diagnostic):
        return given
    if unknown := sorted(given.keys() - set(_INPUT)):
        return refuse("InputError", f"“{unknown[0]}” is not known here.", f"Known are {' and '.join(_INPUT)}. {_FORM}")
    calldata = read_hex(given.get("calldata", ""), max_size=max_size, what="calldata")
    if isinstance(calldata, HexFault):
        text = given["calldata"]
        start = source.find(text)  # -1 where it is written with escapes
        place = start + calldata.index if start >= 0 else -1
        return refuse("InputError", f"In the calldata: {calldata.message}", calldata.remedy, text=source, index=place)
    try:
        value = read(AnswerType.NUMBER, given.get("value", "").strip() or "0")
    except Unreadable as error:
        return refuse("InputError", "The value can't be read.", str(error))
    if not 0 <= value < MAX_VALUE_WEI:
        return refuse("InputError", "Nobody has that much ether to send.", "A value is an amount from 0 on, in wei.")
    return calldata, value


def _asked(exercise: Exercise) -> Bytecode:
    assert exercise.bytecode is not None  # noqa: S101 — the manifest of this kind has it
    return exercise.bytecode


def _puzzle(exercise: Exercise, source: str) -> Compilation:
    sent = read_input(source, _asked(exercise).max_size)
    if isinstance(sent, Diagnostic):
        return _refused(sent, Outcome.FAILED)
    code = read_hex(exercise.puzzle or "")
    assert isinstance(code, bytes)  # noqa: S101 — it was read once when the exercise was loaded
    return _made(creation_of(code), len(code))


def _deploy(grading: Grading, chain: Chain, artifact: Artifact) -> Contract | Refusal:
    """Deploy the code, and refuse it where there is none on the chain then, or too much."""
    contract = deploy(grading, chain, artifact)
    if isinstance(contract, Refusal):
        return contract
    size, most = len(chain.code(contract)), _asked(grading.exercise).max_size
    grading.size = size
    if size == 0:
        message = "Your creation code ran, and returned no code: nothing was deployed. Return the runtime code."
        return Refusal(Outcome.NO_DEPLOYABLE_CONTRACT, message)
    if size > most:
        return Refusal(Outcome.FAILED, f"The code is {size:,} bytes long; at most {most:,} are allowed.")
    return contract


def _puzzle_on(chain: Chain, artifact: Artifact, grading: Grading) -> Puzzle:
    sent = read_input(grading.submission.source, _asked(grading.exercise).max_size)
    assert isinstance(sent, tuple)  # noqa: S101 — what can't be read was refused in `prepare`
    return Puzzle(chain, chain.deploy(artifact, called="the puzzle"), *sent)


def _hexadecimal(source: str, asked: Bytecode) -> Compilation:
    code = read_hex(source, max_size=asked.max_size)
    if isinstance(code, HexFault):
        return _refused(refuse("HexError", code.message, code.remedy, text=source, index=code.index))
    if not code:
        return _refused(refuse("HexError", "There is no code here.", "Write bytes in hexadecimal, such as 602a."))
    return _made(code if asked.form is BytecodeForm.CREATION else creation_of(code), len(code))


def _yul(compilation: Compilation, source: str, max_size: int) -> Compilation:
    """Return what was compiled as code to deploy: an object as it is, plain code as the runtime code."""
    if not compilation.ok:
        return compilation
    made = next(iter(compilation.artifacts.values()))
    plain = _PLAIN_YUL.match(source) is not None
    size = len(made.creation) if plain else made.runtime_size
    if size > max_size:
        remedy = f"At most {max_size:,} are allowed."
        return _refused(refuse("SizeError", f"The code is {size:,} bytes long.", remedy))
    creation = creation_of(made.creation) if plain else made.creation
    return replace(compilation, artifacts=_made(creation, size).artifacts, abis={})


def _made(creation: bytes, size: int) -> Compilation:
    return Compilation(artifacts={NAME: Artifact(NAME, TAKES_ANYTHING, creation, size)})


def _refused(diagnostic: Diagnostic, outcome: Outcome = Outcome.COMPILE_ERROR) -> Compilation:
    where = "" if diagnostic.line is None else f"Line {diagnostic.line}: "
    message = f"{where}{diagnostic.message} {diagnostic.help or ''}".strip()
    return Compilation(diagnostics=(diagnostic,), outcome=outcome, message=message)


def _artifact(exercise: Exercise, submission: Submission) -> Artifact:
    """Return the code with the ABI of the interface that the exercise names, if it does. Raises `ExerciseError`."""
    artifact = submission.compilation.artifacts[NAME]
    if exercise.contract is None:
        return artifact
    abi: list[dict[str, Any]] | None = submission.helpers.abis.get(exercise.contract)
    if abi is None:
        raise ExerciseError(
            f"it has no interface `{exercise.contract}`.",
            file=HELPERS,
            remedy="Write the interface that the code is called by, or remove `contract`.",
        )
    return replace(artifact, name=exercise.contract, abi=abi)
