"""Operators on expressions: another sign, boundary, value, account or amount."""

from collections.abc import Iterator, Mapping, Sequence

from evmbox.mutate.meaning import (
    GUARDS,
    called,
    guard,
    is_address,
    is_in_loop_head,
    is_literal,
    is_number,
    is_outside_call,
    is_text,
    is_unsigned,
    is_written,
)
from evmbox.mutate.tree import CALLABLES, Edit, Node, Tree

ARITHMETIC: Mapping[str, Sequence[str]] = {
    "+": ("-", "*"),
    "-": ("+",),
    "*": ("/", "+"),
    "/": ("*",),
    "%": ("/",),
    "**": ("*",),
    "&": ("|",),
    "|": ("&",),
    "^": ("&",),
    "<<": (">>",),
    ">>": ("<<",),
}
COMPARISON: Mapping[str, Sequence[str]] = {
    "<": ("<=", "!=", ">"),
    "<=": ("<", "==", ">="),
    ">": (">=", "!=", "<"),
    ">=": (">", "==", "<="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
}
SAME_AT_ZERO = {("==", "<="), ("!=", ">"), (">", "!="), ("<=", "==")}
"""Comparisons that mean the same of an unsigned number and 0."""

MAX_ACCOUNTS = 3


def _between(tree: Tree, node: Node, left: str, right: str) -> tuple[int, int] | None:
    """Return where the operator of a node stands."""
    first, second = node.child(left), node.child(right)
    return tree.find(node.operator, first.end, second.start) if first and second else None


def arithmetic(tree: Tree) -> Iterator[Edit]:
    """Swap + - * / % and their assignments, ++ and --, bits and shifts; drop a minus."""
    for node in tree.of("BinaryOperation"):
        if place := _between(tree, node, "leftExpression", "rightExpression"):
            yield from (Edit(*place, sign) for sign in ARITHMETIC.get(node.operator, ()))
    for node in tree.of("Assignment"):
        if place := _between(tree, node, "leftHandSide", "rightHandSide"):
            yield from (Edit(*place, f"{sign}=") for sign in ARITHMETIC.get(node.operator[:-1], ())[:1])
    for node in tree.of("UnaryOperation"):
        if node.operator in {"++", "--"} and not is_in_loop_head(node):
            other = "--" if node.operator == "++" else "++"
            yield tree.replace(node, tree.text(node).replace(node.operator, other))
        elif node.operator in {"-", "~"}:
            yield tree.replace(node, tree.text(node.children[0]))


def comparison(tree: Tree) -> Iterator[Edit]:
    """Move the boundary of a comparison, or turn it round."""
    for node in tree.of("BinaryOperation"):
        left, right = node.child("leftExpression"), node.child("rightExpression")
        place = _between(tree, node, "leftExpression", "rightExpression")
        if place is None or left is None or right is None:
            continue
        ordered = is_number(left) and is_number(right)
        at_zero = is_unsigned(left) and is_literal(right, "0")
        for other in COMPARISON.get(node.operator, ()):
            if not ordered and other not in {"==", "!="}:
                continue  # who is above whom means nothing among accounts
            if not (at_zero and (node.operator, other) in SAME_AT_ZERO):
                yield Edit(*place, other)


def boolean(tree: Tree) -> Iterator[Edit]:
    """Swap && and ||, keep one side alone, drop a !."""
    for node in tree.of("BinaryOperation"):
        left, right = node.child("leftExpression"), node.child("rightExpression")
        if node.operator not in {"&&", "||"} or left is None or right is None:
            continue
        if place := tree.find(node.operator, left.end, right.start):
            yield Edit(*place, "||" if node.operator == "&&" else "&&")
        yield tree.replace(node, tree.text(left))
        yield tree.replace(node, tree.text(right))
    for node in tree.of("UnaryOperation"):
        if node.operator == "!":
            yield tree.replace(node, tree.text(node.children[0]))


def condition(tree: Tree) -> Iterator[Edit]:
    """Take a condition as always or never true."""
    for node in tree.nodes:
        if node.role == "condition" and node.parent is not None:
            loops = node.parent.kind in {"ForStatement", "WhileStatement", "DoWhileStatement"}
            if not loops:
                yield tree.replace(node, "true")
            if guard(node.parent) is not node:  # a guard that is never met is one that was removed
                yield tree.replace(node, "false")
    for call in tree.of("FunctionCall"):
        if called(call) in GUARDS:
            yield tree.replace(call.all("arguments")[0], "false")


def constant(tree: Tree) -> Iterator[Edit]:
    """Put a number off by one or to zero; turn true and false; empty a text."""
    for node in tree.of("Literal"):
        text = tree.text(node)
        match node.data.get("kind"):
            case "bool":
                yield tree.replace(node, "false" if text == "true" else "true")
            case "string" | "unicodeString" | "hexString":
                if node.data.get("value") and not _explains(node):
                    yield tree.replace(node, '""')
            case "number" if node.role != "length" and not is_address(node):
                yield from (tree.replace(node, other) for other in _near(text))


def _near(text: str) -> Iterator[str]:
    plain = text.replace("_", "")
    if not plain.isdigit():
        yield from (f"({text} + 1)", f"({text} - 1)", "0")
        return
    number = int(plain)
    yield str(number + 1)
    if number > 0:
        yield str(number - 1)
    if number > 1:
        yield "0"


def _explains(node: Node) -> bool:
    """Tell whether a text is the reason of a refusal, which is another operator's."""
    return node.parent is not None and called(node.parent) in {*GUARDS, "revert"}


def account(tree: Tree) -> Iterator[Edit]:
    """Take another account: who called, who signed, an address that the contract or the call knows."""
    for node in tree.of("Identifier", "MemberAccess"):
        if not is_address(node) or is_written(node) or node.within(CALLABLES) is None:
            continue
        if node.kind == "MemberAccess" and tree.text(node) not in {"msg.sender", "tx.origin"}:
            continue
        beside = {tree.text(each) for each in _beside(node)}
        others = [other for other in dict.fromkeys(_accounts(tree, node)) if other not in beside]
        for other in others[:MAX_ACCOUNTS]:
            yield tree.replace(node, f"payable({other})" if node.type == "t_address_payable" else other)


def _beside(node: Node) -> list[Node]:
    """Return a node and what it is compared with or assigned to: nobody compares an account with itself."""
    outer = node.parent
    return outer.children if outer is not None and outer.kind in {"Assignment", "BinaryOperation"} else [node]


def _accounts(tree: Tree, node: Node) -> Iterator[str]:
    """Yield the accounts that can be named where a node stands."""
    yield "msg.sender"
    if tree.text(node) == "msg.sender":
        yield "tx.origin"
    function, contract = node.within(CALLABLES), node.within({"ContractDefinition"})
    if function is not None and (parameters := function.child("parameters")):
        yield from (each.name for each in parameters.children if each.name and is_address(each))
    if contract is not None:
        bases = [tree.declarations.get(each) for each in contract.data["linearizedBaseContracts"]]
        for base in bases:
            for each in base.all("nodes") if base is not None else ():
                seen = base is contract or each.data.get("visibility") != "private"
                if each.kind == "VariableDeclaration" and is_address(each) and seen:
                    yield each.name
    yield "address(this)"


def ether(tree: Tree) -> Iterator[Edit]:
    """Take another amount of ether: none, what came, all there is."""
    for node in tree.of("MemberAccess"):
        text = tree.text(node)
        if text == "msg.value":
            yield tree.replace(node, "0")
            yield tree.replace(node, "address(this).balance")
        elif node.name == "balance" and is_number(node):
            yield tree.replace(node, "0")
            yield tree.replace(node, "msg.value")
    for node in tree.of("FunctionCall"):
        target = node.child("expression")
        if target is None or not is_outside_call(node):
            continue
        names = target.data.get("names", ()) if target.kind == "FunctionCallOptions" else ()
        paid = [option for name, option in zip(names, target.all("options"), strict=False) if name == "value"]
        if called(node) in {"transfer", "send"} and not is_text(node) and len(node.all("arguments")) == 1:
            paid = node.all("arguments")
        for amount in paid:
            if amount.kind not in {"MemberAccess", "Literal"}:
                yield tree.replace(amount, "0")
                yield tree.replace(amount, "address(this).balance")


def branches(tree: Tree) -> Iterator[Edit]:
    """Exchange what is done if a condition holds and if it doesn't."""
    for node in tree.of("Conditional"):
        first, second = node.child("trueExpression"), node.child("falseExpression")
        if first is not None and second is not None:
            yield tree.swap(first, second)
    for node in tree.of("IfStatement"):
        first, second = node.child("trueBody"), node.child("falseBody")
        if first is None or second is None:
            continue
        done, other = (tree.bytes[each.start : tree.end_of(each)].decode() for each in (first, second))
        yield Edit(first.start, tree.end_of(second), f"{{ {other} }} else {{ {done} }}")
