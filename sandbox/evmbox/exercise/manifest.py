"""What `exercise.toml` may say, table by table, and what each kind of exercise asks of it."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from evmbox.bytecode import SUFFIXES, Bytecode
from evmbox.questions import Drawn, Name, Question
from evmbox.report import Data
from evmbox.versions import SOLC_VERSION, SOLC_VERSIONS

MANIFEST = "exercise.toml"
CHECKS = "checks.py"
HELPERS = "helpers.sol"
SCENE = "scene.sol"
PUZZLE = "puzzle.hex"

NOT_IMPORTABLE = {"Contract.sol", "starter.sol", "solution.sol", HELPERS, SCENE}
"""File names that `imports` cannot have; the first is the name of the submission itself."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_$][A-Za-z0-9_$]*$", max_length=128)]
SolidityFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.sol$", max_length=128)]
AnswerFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.(sol|json|hex|yul)$", max_length=128)]
Gas = Annotated[int, Field(strict=True, ge=21_000, le=30_000_000)]
Budget = Annotated[int, Field(strict=True, gt=0)]
Scalar = bool | int | str
Argument = Scalar | list[Scalar]
"""A constructor argument: addresses by account name, byte strings as 0x-hexadecimal."""


class Kind(StrEnum):
    """What a learner is asked to do."""

    CONTRACT = "contract"
    CHALLENGE = "challenge"
    TESTS = "tests"
    PREDICT = "predict"
    GAS = "gas"
    BYTECODE = "bytecode"


class Hint(Data):
    """One rung of the ladder of hints, and the points it costs to read."""

    text: Line
    cost: float = Field(default=0, ge=0)


class Equivalent(Data):
    """A mutant of the solution that no check can refuse, named by its change as `lesson check` shows it, and why."""

    operator: Slug
    function: str | None = Field(default=None, description="the function around it, where others change the same")
    before: str
    after: str
    reason: Line


class Limits(Data):
    """What one submission may use up: gas of the deployment and of each call, seconds on the chain."""

    deploy_gas: Gas = 8_000_000
    call_gas: Gas = 3_000_000
    wall_s: float = Field(default=10, gt=0, le=30)


class FaultyVersion(Data):
    """A version of the contract under test that is wrong: what its behaviour is, as a learner may be told.

    `hint` is what they read beside it while their tests do not notice it.
    """

    behaviour: Line
    hint: Line | None = None
    task: int = Field(default=1, strict=True, ge=1)
    points: float = Field(default=1, gt=0)


class UnderTest(Data):
    """What the tests of an exercise of kind `tests` are held against.

    `target` is the contract under test, in a file of its name that the tests import. `reference` is the version that
    they must pass on, where it is another than the one that the learner sees. `faults` are the files of mutants/.
    """

    target: Identifier
    reference: SolidityFile | None = None
    faults: dict[SolidityFile, FaultyVersion] = Field(min_length=1)


class ChallengeRules(Data):
    """How a challenge may be solved: by whom, in how many transactions, with or without contracts of one's own.

    An attacker contract is deployed and its function `entry` is called with `stake_wei`, if it takes ether.
    """

    entry: Identifier = "attack"
    stake_wei: int = Field(default=10**18, strict=True, ge=0, lt=2**96)
    max_transactions: int | None = Field(default=None, strict=True, gt=0)
    forbid_deploy: bool = False
    players: tuple[Literal["alice", "bob", "carol", "dave", "erin"], ...] = ("alice",)


QUESTIONS_OF_A_REVIEW = 2

NAMES_ITS_CONTRACT = {Kind.CONTRACT, Kind.PREDICT, Kind.GAS}
"""Kinds of exercises that can't do without `contract`."""


class Manifest(Data):
    """What `exercise.toml` says."""

    id: Slug
    title: Line
    kind: Kind = Kind.CONTRACT
    contract: Identifier | None = None
    constructor: tuple[Argument, ...] = ()
    imports: tuple[SolidityFile, ...] = Field(
        default=(), description="the exercise's own Solidity files that a submission may import by name"
    )
    solc: str = Field(default=SOLC_VERSION, description="the compiler's version, one of those that are pinned")
    concepts: tuple[Slug, ...] = ()
    requires: tuple[Slug, ...] = ()
    tasks: tuple[Line, ...] = Field(min_length=1, description="what is asked of the learner, numbered from 1")
    hints: tuple[Hint, ...] = ()
    gas_budget: Budget | None = Field(default=None, description="gas that all measures may use together")
    gas_budgets: dict[Identifier, Budget] = Field(default_factory=dict, description="gas that each measure may use")
    best_known_gas: Budget | None = Field(default=None, description="the least that is known to be enough")
    bytecode: Bytecode | None = None
    limits: Limits = Limits()
    tests: UnderTest | None = None
    challenge: ChallengeRules | None = None
    values: dict[Name, Drawn] = Field(default_factory=dict, description="what each learner's own values are drawn from")
    questions: tuple[Question, ...] = ()
    review: bool = Field(
        default=False, description="two short questions that come back later, outside of the lesson's text"
    )
    mistakes: dict[AnswerFile, Identifier] = Field(
        default_factory=dict, description="each file of mistakes/ with the id of the check that must catch it"
    )
    equivalent: tuple[Equivalent, ...] = Field(
        default=(), description="mutants of the solution that are as good as it is, each with the reason"
    )

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How the names of the files with answers may end: the starter, the solution, variants and mistakes.

        A challenge takes an attacker contract, or transactions.
        """
        if self.bytecode is not None:
            return (SUFFIXES[self.bytecode.form],)
        match self.kind:
            case Kind.CHALLENGE:
                return (".sol", ".json")
            case Kind.PREDICT:
                return (".json",)
        return (".sol",)

    @model_validator(mode="after")
    def _name_the_contract(self) -> Self:
        if self.kind in NAMES_ITS_CONTRACT and self.contract is None:
            msg = f"an exercise of kind '{self.kind}' names its contract"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _ask_where_it_is_predicted(self) -> Self:
        if (self.kind is Kind.PREDICT) != bool(self.questions):
            msg = "an exercise of kind 'predict' has [[questions]], and no other has any"
            raise ValueError(msg)
        if len({question.id for question in self.questions}) < len(self.questions):
            msg = "two questions have the same id"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _ask_twice_where_it_comes_back(self) -> Self:
        if self.review and (self.kind is not Kind.PREDICT or len(self.questions) != QUESTIONS_OF_A_REVIEW):
            msg = "a review is of kind 'predict' and asks two questions"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _ask_for_bytecode_where_it_is_bytecode(self) -> Self:
        if (self.kind is Kind.BYTECODE) != (self.bytecode is not None):
            msg = "an exercise of kind 'bytecode' has a table [bytecode], and no other has one"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _budget_where_gas_counts(self) -> Self:
        budgets = (self.gas_budget is not None) + bool(self.gas_budgets)
        if budgets != (self.kind is Kind.GAS):
            msg = "an exercise of kind 'gas' has either `gas_budget` or `gas_budgets`, and no other has any"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _name_what_is_tested(self) -> Self:
        if (self.kind is Kind.TESTS) != (self.tests is not None):
            msg = "an exercise of kind 'tests', and no other, has [tests] with its target and faults"
            raise ValueError(msg)
        if self.tests is None:
            return self
        if self.contract is None or f"{self.tests.target}.sol" not in self.imports:
            msg = f"an exercise of kind 'tests' names its test contract, and imports {self.tests.target}.sol"
            raise ValueError(msg)
        return self

    @field_validator("solc")
    @classmethod
    def _choose_a_pinned_compiler(cls, version: str) -> str:
        if version not in SOLC_VERSIONS:
            msg = f"solc {version} is not pinned here; choose one of {', '.join(SOLC_VERSIONS)}"
            raise ValueError(msg)
        return version

    @model_validator(mode="after")
    def _challenge_where_it_is_one(self) -> Self:
        if self.challenge is not None and self.kind is not Kind.CHALLENGE:
            msg = "only an exercise of kind 'challenge' has [challenge]"
            raise ValueError(msg)
        return self

    @field_validator("imports")
    @classmethod
    def _keep_secrets(cls, imports: tuple[str, ...]) -> tuple[str, ...]:
        if taken := NOT_IMPORTABLE.intersection(imports):
            msg = f"a submission cannot import {min(taken)}"
            raise ValueError(msg)
        return imports
