"""The stages that kinds of exercises are judged in: a fresh chain, a deployment on it, checks on snapshots of it."""

import hashlib
import time
from typing import Any

from evmbox.chain import Chain, Contract, Ending, ExecutionError, LearnerError, MissingFunction, OutOfGas
from evmbox.checks import CheckFailed
from evmbox.compiler import Artifact
from evmbox.errors import ExerciseError
from evmbox.report import CheckStatus, Deployed, Outcome, Progress, Report, Stage
from evmbox.runner.grading import LESSON_FAULT, Grading, Refusal, elapsed_ms


def open_chain(grading: Grading) -> Chain:
    """Return a fresh chain that knows what was submitted and what the checks deploy."""
    submission, limits = grading.submission, grading.exercise.limits
    return Chain(
        seed=grading.seed,
        artifacts={**submission.compilation.artifacts, **submission.helpers.artifacts},
        abis=(*submission.compilation.abis.values(), *submission.helpers.abis.values()),
        deploy_gas=limits.deploy_gas,
        call_gas=limits.call_gas,
    )


def deploy(grading: Grading, chain: Chain, artifact: Artifact, *args: Any) -> Contract | Refusal:
    """Deploy what was submitted, record it, and return it; in words for the learner why it can't be deployed."""
    grading.size = artifact.runtime_size
    grading.listeners.on_draft(grading.report(Outcome.RESOURCE_LIMIT))
    grading.listeners.on_progress(Progress(stage=Stage.DEPLOY))
    started = time.perf_counter()
    try:
        contract = chain.deploy(artifact, *args)
    except OutOfGas as error:
        return Refusal(Outcome.OUT_OF_GAS, error.explanation)
    except MissingFunction as error:
        return Refusal(Outcome.FAILED, f"{error.explanation} {_constructor_advice(len(args))}")
    except LearnerError as error:
        return Refusal(Outcome.FAILED, error.explanation)
    finally:
        grading.deploy_ms = elapsed_ms(started)
    grading.deployed = Deployed(
        contract=artifact.name,
        address=contract.address,
        deployer=chain.owner.address,
        gas_used=chain.gas["constructor"],
        bytecode_sha256=hashlib.sha256(artifact.creation).hexdigest(),
    )
    return contract


def _constructor_advice(given: int) -> str:
    if given == 0:
        return "It is deployed without arguments here, so take the parameters away; who deploys it is `msg.sender`."
    return (
        f"It is deployed with {given} arguments here, so give it as many parameters, of the types that are asked for."
    )


def run_checks(
    grading: Grading, chain: Chain, contract: Contract | None = None, *, first: int = 0, last: int | None = None
) -> Report:
    """Run every check, each on the chain as it is now, and return the verdict.

    `first` and `last` choose some of them by place, as in a slice.
    """
    started = time.perf_counter()
    broken = False
    for index, check in [*enumerate(grading.checks)][first:last]:
        grading.listeners.on_draft(grading.report(Outcome.RESOURCE_LIMIT))
        grading.listeners.on_progress(Progress(stage=Stage.CHECK, index=index + 1, total=len(grading.checks)))
        try:
            check.run(chain, contract)
        except CheckFailed as error:
            grading.settle(index, CheckStatus.FAILED, str(error), _ending(error))
            if not grading.to_the_end:
                break
        except ExerciseError as error:
            broken = True
            grading.listeners.on_fault(str(error))
            grading.settle(index, CheckStatus.NOT_RUN, f"This check is broken ({_place(error)}). {LESSON_FAULT}")
        else:
            grading.settle(index, CheckStatus.PASSED)
        finally:
            grading.gas = dict(chain.gas)
            grading.checks_ms = elapsed_ms(started)
    if broken:
        return grading.report(Outcome.LESSON_BROKEN, f"A check broke. {LESSON_FAULT}")
    passed = all(result.status is CheckStatus.PASSED for result in grading.results)
    return grading.report(Outcome.PASSED if passed else Outcome.FAILED)


def _ending(error: BaseException | None) -> Ending | None:
    """Return how the call ended that made a check fail, if one did."""
    while error is not None and not isinstance(error, ExecutionError):
        error = error.__cause__
    return None if error is None else error.ending


def _place(error: ExerciseError) -> str:
    """Return where in a lesson's file something broke, and as what: enough to find it, and nothing of the source."""
    where = error.file if error.line is None else f"{error.file}, line {error.line}"
    return f"{where}: {type(error.__cause__ or error).__name__}"
