"""Kind `challenge`: an instance is put on a chain, the player acts on it, and the final state is judged.

The player is Alice. A submission is an attacker contract, which she deploys and calls; or, as JSON, steps that she
takes or the signed transactions of a chain of her own. The checks see nothing but the chain as it is afterwards.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evmbox.chain import Artifact, Chain, Contract, LearnerError
from evmbox.chain.abi import Interface
from evmbox.chain.accounts import Account, Addressed
from evmbox.chain.requests import Request
from evmbox.checks.check import CHECKS_FILE
from evmbox.checks.expectations import EXHAUSTED
from evmbox.compiler import Compilation, Compiler
from evmbox.errors import ChainError, ExerciseError
from evmbox.exercise import ChallengeRules, Exercise
from evmbox.report import Deployed, Outcome, Progress, Report, Stage
from evmbox.runner.choosing import choose
from evmbox.runner.contract import compile_helpers
from evmbox.runner.grading import LESSON_FAULT, Grading, Refusal, elapsed_ms
from evmbox.runner.moves import DEPLOYING, SENDING, Moves, Pause, Signed, Unreadable, is_moves, read_moves
from evmbox.runner.stages import run_checks
from evmbox.runner.submission import NO_HELPERS, Submission
from evmbox.scenario import Scenario

TARGET = "target"
"""What the instance is called where `deploy` gives it no other name."""

World = Mapping[str, Addressed]


NO_CONTRACT_HERE = (
    "This exercise asks for transactions and for no contract. Hand in JSON, as the starter does: "
    '{"steps": [{"action": "transfer", …}]}.'
)


def prepare(exercise: Exercise, source: str, compiler: Compiler) -> Submission:
    """Compile the player's contracts, if there are any, and all that the lesson may put on the chain."""
    compilation = NO_HELPERS
    if is_moves(source):
        try:
            moves = read_moves(source)
        except Unreadable as error:
            refused = Compilation(outcome=Outcome.FAILED, message=f"What you handed in can't be read. {error}")
            return Submission(source, refused)
        source_of_contracts = moves.source
    elif exercise.contract is None:
        return Submission(source, Compilation(outcome=Outcome.FAILED, message=NO_CONTRACT_HERE))
    else:
        source_of_contracts = source
    if source_of_contracts is not None:
        compilation = compiler.compile(source_of_contracts, extra_sources=exercise.extra_sources)
    if not compilation.ok:
        return Submission(source, compilation)
    others = {
        name: compiler.compile(text, extra_sources={**exercise.extra_sources, name: text})
        for name, text in exercise.extra_sources.items()
    }
    return Submission(source, compilation, compile_helpers(exercise, compiler), others)


def judge(grading: Grading) -> Report:
    """Put the instance on a chain, let the player act, and run every check on what has become of it."""
    rules = grading.exercise.challenge or ChallengeRules()
    refused = grading.submission.compilation
    if refused.outcome is not None:
        return grading.report(refused.outcome, refused.message)
    try:
        play = _play(grading, rules)
    except Unreadable as error:
        return grading.report(Outcome.FAILED, str(error))
    if isinstance(play, Refusal):
        return grading.refuse(play)
    if (broken := _broken_rule(play, rules)) is not None:
        return grading.report(Outcome.FAILED, broken)
    grading.listeners.on_draft(grading.report(Outcome.RESOURCE_LIMIT))
    grading.listeners.on_progress(Progress(stage=Stage.DEPLOY))
    chain = _open_chain(grading)
    started = time.perf_counter()
    try:
        instance = _deploy(grading, chain)
    except ExerciseError as error:
        grading.listeners.on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"The challenge cannot be set up. {LESSON_FAULT}")
    said = play.run(chain, _world(instance))
    grading.deploy_ms = elapsed_ms(started)
    report = run_checks(grading, chain, instance)
    return report.model_copy(update={"message": said}) if said and report.outcome is Outcome.FAILED else report


@dataclass
class _Attack:
    """An attacker contract: Alice deploys it, for the addresses that it asks for, and calls its entry."""

    grading: Grading
    rules: ChallengeRules
    artifact: Artifact

    def __post_init__(self) -> None:
        self._interface = Interface(self.artifact.abi)
        self._entries = self._interface.named(self.rules.entry)

    @property
    def transactions(self) -> int:
        return 2 if self._entries else 1

    @property
    def deploys(self) -> bool:
        return True

    def run(self, chain: Chain, world: World) -> str | None:
        """Deploy and attack; say what went wrong."""
        given = list(world.values())
        title = f"`{self.artifact.name}`"
        constructor = self._interface.constructor
        stake = self.rules.stake_wei
        try:
            contract = chain.deploy(
                self.artifact,
                *given[: len(constructor.inputs)],
                sender=chain.alice,
                value=stake if constructor.payable and not self._entries else 0,
                called=title,
            )
            self._record(chain, contract)
            if not self._entries:
                return f"{title} has no function `{self.rules.entry}`, so only its constructor was run."
            entry = self._entries[0]
            contract.send(
                entry.signature,
                *given[: len(entry.inputs)],
                sender=chain.alice,
                value=stake if entry.payable else 0,
            )
        except LearnerError as error:
            return error.explanation
        return None

    def _record(self, chain: Chain, contract: Contract) -> None:
        receipt = contract.deployment
        self.grading.size = len(chain.code(contract))
        self.grading.deployed = Deployed(
            contract=self.artifact.name,
            address=contract.address,
            deployer=chain.alice.address,
            gas_used=0 if receipt is None else receipt.gas_used,
            bytecode_sha256=hashlib.sha256(self.artifact.creation).hexdigest(),
        )
        self.grading.listeners.on_draft(self.grading.report(Outcome.RESOURCE_LIMIT))


@dataclass
class _Steps:
    """Steps that are taken one after the other; one that fails changes nothing, and the next one is taken."""

    moves: Moves
    artifacts: Mapping[str, Artifact]

    @property
    def transactions(self) -> int:
        return sum(step.action in SENDING for step in self.moves.steps)

    @property
    def deploys(self) -> bool:
        return any(step.action == DEPLOYING for step in self.moves.steps)

    def run(self, chain: Chain, world: World) -> str | None:
        """Take every step; say what went wrong first."""
        said = None
        scenario = Scenario(chain, self.artifacts, world)
        for number, step in enumerate(self.moves.steps, start=1):
            result = scenario.take(step)
            if not result.ok and said is None:
                said = f"Step {number}: {result.error}"
        return said


@dataclass
class _Journal:
    """Signed transactions and the pauses between them, as the journal of a chain has them."""

    moves: list[Signed | Pause]

    @property
    def transactions(self) -> int:
        return sum(isinstance(move, Signed) for move in self.moves)

    @property
    def deploys(self) -> bool:
        return any(isinstance(move, Signed) and move.to is None for move in self.moves)

    def run(self, chain: Chain, _: World) -> str | None:
        """Send every transaction; say what went wrong first."""
        said = None
        for number, move in enumerate(self.moves, start=1):
            try:
                _pause(chain, move) if isinstance(move, Pause) else _send(chain, move)
            except (LearnerError, ChainError) as error:
                why = error.explanation if isinstance(error, LearnerError) else str(error)
                said = said or f"Move {number}: {why}"
        return said


Play = _Attack | _Steps | _Journal


def _play(grading: Grading, rules: ChallengeRules) -> Play | Refusal:
    """Return what the player does. Raises `Unreadable`."""
    source, compilation = grading.submission.source, grading.submission.compilation
    if not is_moves(source):
        chosen = choose(grading.exercise, compilation, source)
        return chosen if isinstance(chosen, Refusal) else _Attack(grading, rules, chosen)
    moves = read_moves(source)
    if not moves.transactions:
        if strangers := sorted({step.account for step in moves.steps if step.action in SENDING} - set(rules.players)):
            raise Unreadable(_not_yours(strangers[0], rules))
        return _Steps(moves, compilation.artifacts)
    return _Journal(list(_signed(moves, rules)))


def _signed(moves: Moves, rules: ChallengeRules) -> Iterator[Signed | Pause]:
    from evmbox.runner.signed import read_signed  # noqa: PLC0415 - half a second that only transactions cost

    chain = Chain()  # which knows who has which address
    names = {chain.account(name).address: name for name in rules.players}
    nonces: dict[str, int] = {}
    for number, move in enumerate(moves.transactions, start=1):
        if isinstance(move, Pause):
            yield move
            continue
        try:
            signed = read_signed(move)
        except Unreadable as error:
            raise Unreadable(f"Move {number} can't be sent. {error}") from error
        if signed.sender not in names:
            raise Unreadable(f"Move {number}: {_not_yours(chain.name_of(signed.sender) or signed.sender, rules)}")
        due = nonces.get(signed.sender, signed.nonce)
        if signed.nonce != due:
            raise Unreadable(f"Move {number} has the nonce {signed.nonce}, but {due} comes next for its sender.")
        nonces[signed.sender] = due + 1
        yield signed


def _not_yours(who: str, rules: ChallengeRules) -> str:
    players = " and ".join(name.capitalize() for name in rules.players)
    return f"You act as {players} here, not as {who.capitalize() if who.islower() else who}."


def _broken_rule(play: Play, rules: ChallengeRules) -> str | None:
    if rules.forbid_deploy and play.deploys:
        return "No contract may be deployed in this challenge: hand in transactions."
    most = rules.max_transactions
    if most is not None and play.transactions > most:
        limit = "one transaction" if most == 1 else f"{most} transactions"
        return f"Only {limit} may be sent in this challenge, and these are {play.transactions}."
    return None


def _open_chain(grading: Grading) -> Chain:
    """Return a chain that can make what is the lesson's, and nothing that the player named the same."""
    submission, limits = grading.submission, grading.exercise.limits
    lesson = [*submission.others.values(), submission.helpers]
    return Chain(
        seed=grading.seed,
        artifacts={name: artifact for each in lesson for name, artifact in each.artifacts.items()},
        abis=(*(abi for each in lesson for abi in each.abis.values()), *submission.compilation.abis.values()),
        deploy_gas=limits.deploy_gas,
        call_gas=limits.call_gas,
        first_is_submission=False,
    )


def _deploy(grading: Grading, chain: Chain) -> Any:
    """Run the lesson's `deploy(chain, seed)`. Raises `ExerciseError`."""
    deploy: Callable[[Chain, int], Any] | None = grading.checks[0].beside("deploy")
    remedy = "Write `def deploy(chain, seed)`, which returns a contract, or several by name."
    if deploy is None:
        raise ExerciseError("it has no function `deploy`.", file=CHECKS_FILE, remedy=remedy)
    try:
        instance = deploy(chain, grading.seed)
    except EXHAUSTED:
        raise
    except Exception as error:
        what = f"`deploy` raised {type(error).__name__}: {error}."
        raise ExerciseError(what, file=CHECKS_FILE, remedy="Mend it.") from error
    there = instance.values() if isinstance(instance, Mapping) else [instance]
    if not there or not all(isinstance(each, Addressed) for each in there):
        raise ExerciseError("`deploy` returned something else.", file=CHECKS_FILE, remedy=remedy)
    return instance


def _world(instance: Any) -> World:
    """Return what `deploy` put on the chain, by name."""
    return instance if isinstance(instance, Mapping) else {TARGET: instance}


def _send(chain: Chain, signed: Signed) -> None:
    sender: Account = chain.sender(signed.sender)
    to = signed.to
    title = "deployed a contract" if to is None else f"sent a transaction to {chain.name_of(to) or to}"
    chain.execute(
        Request(
            sender=sender, to=to, data=signed.data, value=signed.value, gas=signed.gas, action=f"{sender!r} {title}"
        )
    )


def _pause(chain: Chain, pause: Pause) -> None:
    if pause.wait is not None:
        chain.wait(pause.wait)
    elif pause.warp is not None:
        chain.warp(pause.warp)
    else:
        chain.mine(pause.mine or 0)
