"""Which line of a learner's source is at the root of a difference: the one that did it, or the head of what did not.

The action is run once more on the learner's contract and recorded. Each way in which it differs points at a statement;
where several do, and a local value goes into all of them, it is the statement that made that value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evmbox.chain.abi import Interface
from evmbox.chain.failures import PANIC, REASON
from evmbox.chain.recorder import Frame, Recording
from evmbox.compiler import SOURCE_NAME, Details
from evmbox.divergence.comparing import Difference, Part
from evmbox.divergence.transcript import Evidence
from evmbox.report import Location
from evmbox.trace import Library, Sources, Span
from evmbox.trace.sources import walk

STATEMENTS = {
    "ExpressionStatement",
    "VariableDeclarationStatement",
    "EmitStatement",
    "RevertStatement",
    "Return",
    "InlineAssembly",
}
BRANCHES = {"IfStatement", "WhileStatement", "ForStatement", "DoWhileStatement"}
FAILING = {"require", "assert", "revert"}

CAME_FROM = "That came from {}."
STOPPED = "It stopped in {}."
GUARD = "What should have stopped it is in {}."
LOOK_AT = "Look at {}."
NEVER = {
    Part.REVERTS: STOPPED,
    Part.SUCCEEDS: "Nothing in {} stops it.",
    Part.RETURNS: CAME_FROM,
    Part.LOGS: "Nothing in {} emits it.",
    Part.PAYS: "Nothing in {} sends it.",
    Part.KEEPS: "Nothing in {} changes it.",
}

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Blamed:
    """A node of the learner's syntax tree, and what it has to do with it, with {} for its line or function.

    `did` where it did what it should not; else it is the head of what never did what it should.
    """

    node: Node
    words: str
    did: bool = True


class Lines:
    """Finds lines in one learner's source."""

    def __init__(self, details: Details, interface: Interface) -> None:
        self._library = Library(details)
        self._sources = Sources(details)
        self._interface = interface
        self._ast = details.asts[SOURCE_NAME]

    def blame(self, differences: Sequence[Difference], evidence: Evidence) -> tuple[Difference, Blamed] | None:
        """Return the difference to tell and the node at its root; None where the source has no part in it."""
        found = [
            (difference, blamed)
            for difference in differences
            if (blamed := self._blame(difference, evidence)) is not None
        ]
        if not found:
            return None
        did = [each for each in found if each[1].did]
        if not did:
            return found[0]
        statements = {blamed.node["id"]: blamed.node for _, blamed in did}
        if len(statements) > 1:
            shared = self._shared_root(list(statements.values()))
            if shared is not None:
                return did[0][0], Blamed(shared, CAME_FROM)
        return did[0]

    def location(self, node: Node) -> Location:
        """Return where a node stands."""
        span = self._sources.span_of(node)
        if span is None:
            raise ValueError(f"node {node['id']} is in no file")
        return self._sources.location(span)

    def _blame(self, difference: Difference, evidence: Evidence) -> Blamed | None:
        recording = evidence.recording
        root = recording.frames[0] if recording.frames else None
        if root is None:
            return None
        match difference.part:
            case Part.REVERTS:
                found = self._other_guard(difference.revert, recording) or self._stopped(recording)
            case Part.SUCCEEDS:
                found = self._guard(difference.revert or b"", recording)
            case Part.LOGS:
                found = self._emitting(difference, recording)
            case Part.PAYS:
                found = self._paying(recording)
            case Part.RETURNS:
                found = self._returning(recording)
            case Part.KEEPS:
                place = difference.look_index
                found = None if place is None else self._writing(evidence.slots[place], recording)
        head = self._head(recording)
        return found or (None if head is None else Blamed(head, NEVER[difference.part], did=False))

    def _stopped(self, recording: Recording) -> Blamed | None:
        """Return the statement at which the outermost failing call that runs the learner's code stopped."""
        for frame in reversed(recording.frames):
            if frame.error is None or self._library.program(frame) is None:
                continue
            statement = self._last_statement(recording, frame)
            if statement is not None:
                return Blamed(self._condition_of(statement), STOPPED)
        return None

    def _other_guard(self, due: bytes | None, recording: Recording) -> Blamed | None:
        """Return the guard that should have stopped the action before it stopped for another reason."""
        if due is None or due[:4] in {frame.output[:4] for frame in recording.frames[:1]}:
            return None
        return self._guard(due, recording)

    def _guard(self, revert: bytes, recording: Recording) -> Blamed | None:
        """Return the guard that should have failed: one among what was executed, with the error that was due."""
        functions = self._executed(recording)
        if revert[:4] == PANIC.selector:
            unchecked = [node for function in functions for node in walk(function) if _is(node, "UncheckedBlock")]
            return Blamed(unchecked[0], GUARD) if unchecked else None
        due = {error.name for error in self._interface.errors if error.selector == revert[:4]}
        guards = [node for function in functions for node in walk(function) if _fails(node)]
        named = [node for node in guards if due & _errors_in(node)]
        unnamed = not revert or revert[:4] == REASON.selector
        chosen = named or (guards if len(guards) == 1 and unnamed else [])
        return Blamed(self._condition_of(chosen[0]), GUARD) if chosen else None

    def _emitting(self, difference: Difference, recording: Recording) -> Blamed | None:
        log = difference.log
        if log is not None:
            for emitted in recording.logs:
                if (emitted.address, emitted.topics, emitted.data) == (log.address, log.topics, log.data):
                    return self._did(recording.frames[emitted.frame], emitted.pc, LOOK_AT)
        if difference.missing is not None and difference.missing.topics:
            names = {each.name for each in self._interface.events if each.topic == difference.missing.topics[0]}
            for function in self._executed(recording):
                for node in walk(function):
                    if _is(node, "EmitStatement") and _called(node["eventCall"]) in names:
                        return Blamed(self._condition_of(node), LOOK_AT)
        return None

    def _paying(self, recording: Recording) -> Blamed | None:
        for frame in reversed(recording.frames):
            if frame.parent is not None and frame.value and frame.caller_pc is not None:
                blamed = self._did(recording.frames[frame.parent], frame.caller_pc, LOOK_AT)
                if blamed is not None:
                    return blamed
        return None

    def _writing(self, slots: frozenset[tuple[bytes, int]], recording: Recording) -> Blamed | None:
        for access in reversed(recording.accesses):
            frame = recording.frames[access.frame]
            if access.written and not access.transient and not frame.undone and (frame.storage, access.slot) in slots:
                blamed = self._did(frame, access.pc, CAME_FROM)
                if blamed is not None:
                    return blamed
        return None

    def _returning(self, recording: Recording) -> Blamed | None:
        frame = recording.frames[0]
        for step in range(min(frame.end_step, len(recording)) - 1, frame.first_step - 1, -1):
            if recording.frame_of[step] == frame.index:
                node = self._statement_at(frame, recording.pcs[step])
                if node is not None:
                    return Blamed(node, CAME_FROM)
        return None

    def _did(self, frame: Frame, pc: int, words: str) -> Blamed | None:
        node = self._statement_at(frame, pc)
        return None if node is None else Blamed(node, words)

    def _head(self, recording: Recording) -> Node | None:
        """Return the function that the learner's contract was called by, or the contract where it was deployed."""
        for frame in recording.frames:
            if self._library.program(frame) is None:
                continue
            selector = frame.input[:4].hex()
            for node in self._definitions:
                if not frame.creates and node.get("functionSelector") == selector:
                    return node
                if frame.creates and node.get("kind") == "constructor":
                    return node
        return None

    def _executed(self, recording: Recording) -> list[Node]:
        """Return the functions and modifiers of the learner's that ran, in the order in which they were entered."""
        found: dict[int, Node] = {}
        for step in range(len(recording)):
            frame = recording.frames[recording.frame_of[step]]
            node = self._definition_at(frame, recording.pcs[step])
            if node is not None:
                found.setdefault(node["id"], node)
        return list(found.values())

    def _last_statement(self, recording: Recording, frame: Frame) -> Node | None:
        for step in range(min(frame.end_step, len(recording)) - 1, frame.first_step - 1, -1):
            if recording.frame_of[step] == frame.index:
                node = self._statement_at(frame, recording.pcs[step]) or self._definition_at(frame, recording.pcs[step])
                if node is not None:
                    return node
        return None

    def _statement_at(self, frame: Frame, pc: int) -> Node | None:
        span = self._span_at(frame, pc)
        if span is None:
            return None
        if span not in self._by_span:
            holding = [(size, node) for node, own, size in self._statements if own.holds(span)]
            self._by_span[span] = min(holding, key=lambda each: each[0])[1] if holding else None
        return self._by_span[span]

    def _definition_at(self, frame: Frame, pc: int) -> Node | None:
        span = self._span_at(frame, pc)
        return next((node for node, own in self._spans_of_definitions if span and own.holds(span)), None)

    def _span_at(self, frame: Frame, pc: int) -> Span | None:
        program = self._library.program(frame)
        span = None if program is None else program.span(pc)
        return span if span is not None and span.file == SOURCE_NAME else None

    def _condition_of(self, statement: Node) -> Node:
        """Return the branch that decides whether a statement is reached, where that is its only business."""
        parent = self._branch_of.get(statement["id"])
        return statement if parent is None else parent

    def _shared_root(self, statements: Sequence[Node]) -> Node | None:
        """Return the last statement that makes a local value which goes into all of these; None if there is none."""
        slices = [{node["id"]: node for node in self._slice(statement)} for statement in statements]
        shared = set(slices[0]).intersection(*slices[1:])
        return max((slices[0][each] for each in shared), key=_start, default=None)

    def _slice(self, statement: Node) -> Iterator[Node]:
        """Give a statement and all that make the local values it uses."""
        seen: set[int] = set()
        waiting = [statement]
        while waiting:
            node = waiting.pop()
            if node["id"] in seen:
                continue
            seen.add(node["id"])
            yield node
            for used in walk(node):
                if _is(used, "Identifier"):
                    waiting.extend(self._makers.get(used["referencedDeclaration"], ()))

    @cached_property
    def _by_span(self) -> dict[Span, Node | None]:
        return {}

    @cached_property
    def _definitions(self) -> list[Node]:
        kinds = {"FunctionDefinition", "ModifierDefinition", "VariableDeclaration"}
        return [
            node
            for node in walk(self._ast)
            if node["nodeType"] in kinds and (not _is(node, "VariableDeclaration") or node.get("functionSelector"))
        ]

    @cached_property
    def _spans_of_definitions(self) -> list[tuple[Node, Span]]:
        return [(node, span) for node in self._definitions if (span := self._sources.span_of(node)) is not None]

    @cached_property
    def _statements(self) -> list[tuple[Node, Span, int]]:
        """Statements, and the conditions of branches as their branch, with their spans and sizes."""
        found = []
        for node in walk(self._ast):
            if node["nodeType"] in STATEMENTS:
                found.append((node, self._sources.span_of(node)))
            elif node["nodeType"] in BRANCHES and node.get("condition"):
                found.append((node, self._sources.span_of(node["condition"])))
        return [(node, span, span.length) for node, span in found if span is not None]

    @cached_property
    def _branch_of(self) -> dict[int, Node]:
        """Statements that are all there is in a branch without an `else`, with that branch."""
        found: dict[int, Node] = {}
        for node in walk(self._ast):
            if _is(node, "IfStatement") and not node.get("falseBody"):
                body = node["trueBody"]
                for statement in body["statements"] if _is(body, "Block") else [body]:
                    found[statement["id"]] = node
        return found

    @cached_property
    def _makers(self) -> dict[int, list[Node]]:
        """The statements that give a local variable its value, by the variable's id."""
        local = {
            each["id"]
            for node in walk(self._ast)
            if _is(node, "VariableDeclarationStatement")
            for each in node["declarations"]
            if each is not None
        }
        makers: dict[int, list[Node]] = {}
        for node, _, _ in self._statements:
            for each in _assigned(node):
                if each in local:
                    makers.setdefault(each, []).append(node)
        return makers


def _is(node: Node, kind: str) -> bool:
    return bool(node["nodeType"] == kind)


def _start(node: Node) -> int:
    return int(node["src"].partition(":")[0])


def _assigned(statement: Node) -> Iterator[int]:
    """Give the ids of the variables that a statement names to the left of its `=`."""
    if _is(statement, "VariableDeclarationStatement"):
        yield from (each["id"] for each in statement["declarations"] if each is not None)
    elif _is(statement, "ExpressionStatement") and _is(statement["expression"], "Assignment"):
        for node in walk(statement["expression"]["leftHandSide"]):
            if _is(node, "Identifier"):
                yield node["referencedDeclaration"]


def _fails(node: Node) -> bool:
    """Tell whether a node is a guard: a revert, or a call of require, assert or revert."""
    if _is(node, "RevertStatement"):
        return True
    return _is(node, "ExpressionStatement") and _called(node["expression"]) in FAILING


def _called(expression: Node) -> str | None:
    """Return the name of what a call calls."""
    if not _is(expression, "FunctionCall"):
        return None
    callee = expression["expression"]
    name = callee.get("name") or callee.get("memberName")
    return None if name is None else str(name)


def _errors_in(guard: Node) -> set[str]:
    """Return the names of the functions and errors that are called in a guard."""
    return {name for node in walk(guard) if (name := _called(node)) is not None}
