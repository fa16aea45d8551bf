"""Operators on statements and declarations: one that is missing, done twice, out of order, or says another thing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from evmbox.mutate.meaning import (
    GUARDS,
    called,
    calls_outside,
    guard,
    is_in_loop_head,
    is_literal,
    is_number,
    is_state,
    nothing_like,
    owner_name,
    statements,
    writes,
)
from evmbox.mutate.tree import BLOCKS, Edit, Node, Tree


def guards(tree: Tree) -> Iterator[Edit]:
    """Remove a guard, or leave in silence where it refuses; remove a modifier's use."""
    for statement in statements(tree):
        held = guard(statement)
        if held is None:
            continue
        if calls_outside(held) or next(writes(tree, held), None) is not None:
            yield Edit(statement.start, tree.end_of(statement), f"{tree.text(held)};")
        else:
            yield tree.remove(statement)
        refused = tree.text(held) if statement.kind == "IfStatement" else f"!({tree.text(held)})"
        yield Edit(statement.start, tree.end_of(statement), f"if ({refused}) return;")
    for use in tree.of("ModifierInvocation"):
        if use.data.get("kind") == "modifierInvocation":
            start = len(tree.bytes[: use.start].rstrip())
            yield Edit(start, use.end, "")


def write(tree: Tree) -> Iterator[Edit]:
    """Remove a write, do it twice, let it replace instead of add and add instead of replace."""
    for statement in statements(tree):
        change = statement.child("expression") if statement.kind == "ExpressionStatement" else None
        if change is None or not _is_write(change):
            continue
        yield tree.remove(statement)
        if change.operator not in {"=", "delete"}:
            yield tree.repeat(statement)
    for node in tree.of("Assignment"):
        target, value = node.child("leftHandSide"), node.child("rightHandSide")
        if target is None or value is None or not is_number(target):
            continue
        place = tree.find(node.operator, target.end, value.start)
        if place and node.operator != "=":
            yield Edit(*place, "=")
        elif place and owner_name(node) != "constructor" and any(is_state(root) for root in tree.roots(target)):
            yield Edit(*place, "+=")
    yield from _starts(tree)


def _is_write(change: Node) -> bool:
    if change.kind == "UnaryOperation":
        return change.operator in {"++", "--", "delete"}
    return change.kind == "Assignment" or called(change) in {"push", "pop"}


def _starts(tree: Tree) -> Iterator[Edit]:
    """Take away what a variable begins with."""
    for node in tree.of("VariableDeclarationStatement", "VariableDeclaration"):
        value = node.child("initialValue") or node.child("value")
        declared = node.data.get("declarations", [node])
        if value is None or len(declared) != 1 or is_literal(value) or is_in_loop_head(node):
            continue
        name = node.child("declarations") or node
        yield Edit(_end_of_name(name), value.end, "")


def _end_of_name(declaration: Node) -> int:
    start, length, _ = (int(part) for part in declaration.data["nameLocation"].split(":"))
    return start + length


def order(tree: Tree) -> Iterator[Edit]:
    """Exchange a call to others and the write next to it, or an event and the write of what it tells."""
    for block in tree.of(*BLOCKS):
        every = block.all("statements")
        for first, second in pairwise(every):
            if _order_matters(tree, first, second) or _order_matters(tree, second, first):
                one = tree.bytes[first.start : tree.end_of(first)].decode()
                two = tree.bytes[second.start : tree.end_of(second)].decode()
                between = tree.bytes[tree.end_of(first) : second.start].decode()
                yield Edit(first.start, tree.end_of(second), two + between + one)


def _order_matters(tree: Tree, effect: Node, other: Node) -> bool:
    written = [root for root in writes(tree, effect) if is_state(root)]
    if not written:
        return False
    if other.kind == "EmitStatement":
        return any(tree.declaration_of(each) in written for each in other.walk())
    return calls_outside(other) and not calls_outside(effect)


def event(tree: Tree) -> Iterator[Edit]:
    """Remove an event, tell it twice, swap or empty what it tells, make a value of it unsearchable."""
    for statement in tree.of("EmitStatement"):
        yield tree.remove(statement)
        yield tree.repeat(statement)
        if told := statement.child("eventCall"):
            yield from _arguments(tree, told)
    for definition in tree.of("EventDefinition"):
        for value in definition.children[-1].children if definition.children else ():
            place = tree.find("indexed", value.start, value.end)
            if value.data.get("indexed") and place:
                yield Edit(place[0], place[1] + 1, "")


def _arguments(tree: Tree, call: Node) -> Iterator[Edit]:
    values = call.all("arguments")
    for first, second in pairwise(values):
        if _alike(first, second) and tree.text(first) != tree.text(second):
            yield tree.swap(first, second)
    for value in values:
        other = nothing_like(value, tree.text(value))
        if other is not None and value.type not in {"t_address", "t_address_payable"}:
            yield tree.replace(value, other)


def _alike(first: Node, second: Node) -> bool:
    return first.type == second.type or (is_number(first) and is_number(second))


def error(tree: Tree) -> Iterator[Edit]:
    """Refuse with another error or without one; swap or empty what the error tells."""
    for node in tree.of("FunctionCall"):
        if node.role == "errorCall" or (node.role == "arguments" and node.type == "t_error"):
            yield from _other_errors(tree, node)
            yield from _arguments(tree, node)
        elif called(node) in {*GUARDS, "revert"}:
            texts = [each for each in node.all("arguments") if each.type.startswith("t_string")]
            if texts:
                before = node.all("arguments")[: -len(texts)]
                start = before[-1].end if before else texts[0].start
                yield Edit(start, texts[-1].end, "")


def _other_errors(tree: Tree, call: Node) -> Iterator[Edit]:
    target = call.child("expression")
    mine = tree.declaration_of(target) if target is not None else None
    if target is None or mine is None:
        return
    for other in tree.of("ErrorDefinition"):
        if other is not mine and other.name and _parameters(other) == _parameters(mine):
            yield tree.replace(target, other.name)
            return
    if call.role == "errorCall":
        yield Edit(len(tree.bytes[: call.start].rstrip()), call.end, "()")


def _parameters(definition: Node) -> Sequence[str]:
    listed = definition.child("parameters")
    return [each.type for each in listed.children] if listed is not None else []


def returned(tree: Tree) -> Iterator[Edit]:
    """Return nothing of a kind, or the contrary."""
    for statement in tree.of("Return"):
        value = statement.child("expression")
        parts = value.children if value is not None and value.kind == "TupleExpression" else [value]
        for part in parts:
            other = nothing_like(part, tree.text(part)) if part is not None else None
            if part is not None and other is not None:
                yield tree.replace(part, other)


def calls(tree: Tree) -> Iterator[Edit]:
    """Leave out a call that is made for what it does."""
    for statement in statements(tree):
        call = statement.child("expression") if statement.kind == "ExpressionStatement" else None
        if called(call) not in {"", *GUARDS, "revert", "push", "pop"} and not _is_super(call):
            yield tree.remove(statement)


def inherited(tree: Tree) -> Iterator[Edit]:
    """Leave out a call of what is inherited."""
    for statement in statements(tree):
        if statement.kind == "ExpressionStatement" and _is_super(statement.child("expression")):
            yield tree.remove(statement)


def _is_super(call: Node | None) -> bool:
    return call is not None and any(node.kind == "Identifier" and node.name == "super" for node in call.walk())


def unchecked(tree: Tree) -> Iterator[Edit]:
    """Let a subtraction, or arithmetic on what the caller gave, run over its end."""
    for statement in statements(tree):
        if statement.kind not in {"ExpressionStatement", "Return"} or statement.within({"UncheckedBlock"}):
            continue
        if guard(statement) is None and any(_may_wrap(tree, node) for node in statement.walk()):
            text = tree.bytes[statement.start : tree.end_of(statement)].decode()
            yield Edit(statement.start, tree.end_of(statement), f"unchecked {{ {text} }}")


def _may_wrap(tree: Tree, node: Node) -> bool:
    if not is_number(node):
        return False
    if node.operator in {"-", "-=", "--"}:
        return node.kind != "UnaryOperation" or node.operator == "--"
    given = (tree.declaration_of(each) for each in node.walk() if each.kind == "Identifier")
    return node.operator in {"+", "+=", "*", "*="} and any(
        each is not None and each.parent is not None and each.parent.role == "parameters" for each in given
    )


def loop(tree: Tree) -> Iterator[Edit]:
    """Go on where a loop ends, and end it where it goes on."""
    for node in tree.of("Break", "Continue"):
        yield tree.replace(node, "continue" if node.kind == "Break" else "break")


def mutability(tree: Tree) -> Iterator[Edit]:
    """Take a promise from a function's head: that it changes nothing, that it takes ether."""
    for function in tree.of("FunctionDefinition"):
        promise = str(function.data.get("stateMutability"))
        head_ends = body.start if (body := function.child("body")) else function.end
        parameters = function.child("parameters")
        if promise == "nonpayable" or parameters is None or function.data["visibility"] in {"internal", "private"}:
            continue
        if place := tree.find(promise, parameters.end, head_ends):
            yield Edit(place[0] - 1, place[1], "")
