"""Holds a learner's tests against every version of a contract. Apart from `tests`, because it needs the EVM at once."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

from evmbox.chain.abi import Interface
from evmbox.cheats.invariants import is_invariant
from evmbox.cheats.session import Session
from evmbox.cheats.suite import Failure, Suite, cheating_chain
from evmbox.compiler import Artifact, Compilation
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise
from evmbox.report import CheckStatus, Deployed, Outcome, Progress, Report, Stage
from evmbox.runner.choosing import choose
from evmbox.runner.grading import LESSON_FAULT, Grading, Refusal, elapsed_ms, timed
from evmbox.runner.tests import MUTANT, REFERENCE, SHOWN, rules_of

MAX_TOLD = 5
"""Failing tests that a message names."""


def judge_tests(grading: Grading) -> Report:
    """Run the tests on the right version; where they pass, on each wrong one until one fails."""
    artifact = choose(grading.exercise, grading.submission.compilation, grading.submission.source)
    if isinstance(artifact, Refusal):
        return grading.refuse(artifact)
    try:
        versions = _Versions(grading.exercise, grading.submission.others)
    except ExerciseError as error:
        grading.listeners.on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"What your tests are held against is broken. {LESSON_FAULT}")
    started = time.perf_counter()
    report = _Judging(grading, artifact, versions).run()
    return timed(report, checks_ms=elapsed_ms(started))


class _Versions:
    """The versions of the contract under test, compiled. Raises `ExerciseError` where one can't be used."""

    def __init__(self, exercise: Exercise, compiled: Mapping[str, Compilation]) -> None:
        rules = rules_of(exercise)
        self.target = rules.target
        self.shown = _artifact(compiled[SHOWN], rules.target, f"{rules.target}.sol")
        self.seen = compiled[SHOWN].artifacts
        self._compiled = compiled
        self.right = self.replacing(REFERENCE) if REFERENCE in compiled else self.replacing(SHOWN)
        self.wrong = [(name, self.replacing(f"{MUTANT}{name}")) for name in rules.faults]
        for name, wrong in self.wrong:
            if wrong == self.right:
                raise _broken(f"{MUTANT}{name}", "it compiles to the same code as the right version")

    def replacing(self, version: str) -> dict[bytes, bytes]:
        """Return which creation code stands for which: every contract of the version that the shown one has too."""
        compilation = self._compiled[version]
        _artifact(compilation, self.target, version)
        shown = self._compiled[SHOWN].artifacts
        return {
            shown[name].creation: artifact.creation
            for name, artifact in compilation.artifacts.items()
            if name in shown and shown[name].creation and artifact.creation
        }


@dataclass
class _Judging:
    grading: Grading
    artifact: Artifact
    versions: _Versions

    def run(self) -> Report:
        grading = self.grading
        self._tell(0)
        suite, session, failed = self._suite(self.versions.right)
        problem = self._problem(suite) or (failed and [failed]) or list(suite.failures())
        if problem:
            target = self.versions.target
            grading.settle(0, CheckStatus.FAILED, self._told(suite, problem))
            message = f"Your tests must pass on a correct `{target}` first; then they are run on faulty ones."
            return grading.report(Outcome.FAILED, message)
        grading.settle(0, CheckStatus.PASSED)
        grading.gas = dict(suite.used)
        for index, (name, version) in enumerate(self.versions.wrong, start=1):
            self._tell(index)
            self._hold_against(index, name, version, suite.used)
        return self._verdict(made=session.made)

    def _hold_against(self, index: int, name: str, version: Mapping[bytes, bytes], used: Mapping[str, int]) -> None:
        suite, _, failed = self._suite(version, used)
        noticed = failed or next(suite.failures(), None)
        behaviour = rules_of(self.grading.exercise).faults[name].behaviour
        if noticed is None:
            self.grading.settle(index, CheckStatus.FAILED, f"Not noticed yet: {behaviour}")
        else:
            self.grading.settle(index, CheckStatus.PASSED, f"`{noticed.test}` noticed it: {behaviour}")

    def _suite(
        self, version: Mapping[bytes, bytes], used: Mapping[str, int] | None = None
    ) -> tuple[Suite, Session, Failure | None]:
        """Return the tests, set up with a version in place of the one they were compiled with."""
        limits, submission = self.grading.exercise.limits, self.grading.submission
        artifacts = {**self.versions.seen, **submission.compilation.artifacts}
        known = {each.creation: name for name, each in artifacts.items() if each.creation}
        session = Session(version, shown_size=self.versions.shown.runtime_size, known=known)
        chain = cheating_chain(
            session,
            seed=self.grading.seed,
            artifacts=artifacts,
            abis=(*submission.compilation.abis.values(),),
            deploy_gas=limits.deploy_gas,
            call_gas=limits.call_gas,
        )
        suite = Suite(chain, session, self.artifact, used=used)
        failed = suite.set_up()
        if suite.contract is not None and self.grading.deployed is None:
            self.grading.size = self.artifact.runtime_size
            self.grading.deployed = Deployed(
                contract=self.artifact.name,
                address=suite.contract.address,
                deployer=chain.owner.address,
                gas_used=chain.gas["constructor"],
                bytecode_sha256=hashlib.sha256(self.artifact.creation).hexdigest(),
            )
        return suite, session, failed

    def _problem(self, suite: Suite) -> list[Failure]:
        """Say what is wrong with the tests before one is run."""
        given = next((each["inputs"] for each in self.artifact.abi if each.get("type") == "constructor"), ())
        if given:
            said = (
                f"The constructor of `{self.artifact.name}` takes {len(given)} argument{'s' * (len(given) > 1)}, and "
                "tests are made without any: let it take none, and make what they need in `setUp()`."
            )
            return [Failure("", said)]
        if not suite.tests:
            return [Failure("", "There is no test: write `function testSomething() public { … }`.")]
        names = [each.name for each in Interface(self.artifact.abi).functions]
        wrong = [
            f"`{name}` can't be run: a test whose name begins with `testFail` would pass by failing for any reason. "
            "Say with `vm.expectRevert(…)` which call must revert."
            for name in names
            if name.startswith("testFail")
        ]
        wrong += [
            f"`{name}` is never called. What runs before each test is named `setUp`."
            for name in names
            if name.lower() == "setup" and name != "setUp"
        ]
        wrong += [
            f"`{each.declaration}` takes an argument, and an invariant takes none: it must hold by itself."
            for each in suite.tests
            if is_invariant(each) and each.inputs
        ]
        return [Failure("", each) for each in wrong]

    def _told(self, suite: Suite, problem: list[Failure]) -> str:
        """Say which tests fail where they must pass, why, and in which line."""
        said = [self._sentence(suite, each) for each in problem[:MAX_TOLD]]
        if any(each.test for each in problem):
            said.insert(0, f"On a correct `{self.versions.target}`:")
        more = len(problem) - MAX_TOLD
        return " ".join([*said, *([f"And {more} more fail."] if more > 0 else [])])

    def _sentence(self, suite: Suite, failure: Failure) -> str:
        if not failure.test:
            return failure.why
        details = self.grading.submission.compilation.details
        line = suite.line(failure, details) if details else None
        return f"`{failure.test}` {failure.why}{f' (line {line})' if line else ''}."

    def _tell(self, index: int) -> None:
        grading = self.grading
        grading.listeners.on_draft(grading.report(Outcome.RESOURCE_LIMIT))
        grading.listeners.on_progress(Progress(stage=Stage.CHECK, index=index + 1, total=len(grading.results)))

    def _verdict(self, *, made: int) -> Report:
        grading = self.grading
        missed = [each for each in grading.results if each.status is not CheckStatus.PASSED]
        if not missed:
            return grading.report(Outcome.PASSED)
        faults = len(self.versions.wrong)
        target = self.versions.target
        if not made:
            message = (
                f"Your tests never make a `{target}`: write `new {target}(…)`, in `setUp()` or in a test. "
                f"A contract that is derived from `{target}` is not put to the test."
            )
        elif len(missed) == faults:
            message = (
                f"Your tests pass on every faulty `{target}` too, and do not tell right from wrong yet. "
                "Call its functions, and assert what must be true afterwards."
            )
        else:
            message = f"Your tests noticed {faults - len(missed)} of {faults} faults."
        return grading.report(Outcome.FAILED, message)


def _artifact(compilation: Compilation, name: str, file: str) -> Artifact:
    artifact = compilation.artifacts.get(name)
    if not compilation.ok or artifact is None or not artifact.creation:
        errors = [f"line {each.line}: {each.message}" for each in compilation.diagnostics if each.severity == "error"]
        raise _broken(file, "; ".join(errors) or f"it has no contract {name} that can be deployed")
    return artifact


def _broken(file: str, what: str) -> ExerciseError:
    return ExerciseError(f"{what}.", file=file, remedy="Mend the file.")
