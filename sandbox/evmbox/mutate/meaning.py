"""What parts of a tree mean to several operators: writes, guards, calls to others, values of a type."""

import re
from collections.abc import Iterator

from evmbox.mutate.tree import BLOCKS, CALLABLES, Node, Tree

_OUTSIDE = re.compile(r"t_function_(external|barecall|baredelegatecall|barestaticcall|transfer|send|creation)_")
_SILENT = re.compile(r"t_function_\w*?_(view|pure)\$")
GUARDS = {"require", "assert"}


def is_number(node: Node) -> bool:
    """Tell whether an expression is an integer."""
    return re.match(r"t_u?int\d+$|t_rational_", node.type) is not None


def is_unsigned(node: Node) -> bool:
    """Tell whether an expression can't be below zero."""
    return re.match(r"t_uint\d+$|t_rational_\d", node.type) is not None


def is_address(node: Node) -> bool:
    """Tell whether an expression is an address."""
    return node.type in {"t_address", "t_address_payable"}


def is_text(node: Node) -> bool:
    """Tell whether an expression is a text or byte string of any length."""
    return re.match(r"t_(string|bytes)(_|$)|t_stringliteral", node.type) is not None


def is_literal(node: Node, value: str | None = None) -> bool:
    """Tell whether an expression is written out, and as this value where one is given."""
    return node.kind == "Literal" and value in {None, node.data.get("value")}


def nothing_like(node: Node, text: str) -> str | None:
    """Return another value for an expression: none of its type, or the contrary; None where there is no such."""
    if is_literal(node):
        return None  # constants have an operator of their own
    if is_number(node):
        return "0"
    if node.type == "t_bool":
        return f"!({text})"
    if is_address(node):
        return "address(0)" if node.type == "t_address" else "payable(address(0))"
    return '""' if is_text(node) else None


def called(node: Node | None) -> str:
    """Return the name by which a call names its function, or nothing: `require` in `require(x)`."""
    if node is None or node.kind != "FunctionCall":
        return ""
    target = node.child("expression")
    return target.name if target is not None and target.kind in {"Identifier", "MemberAccess"} else ""


def is_outside_call(node: Node) -> bool:
    """Tell whether a node calls another contract or pays somebody, and may change something by it."""
    target = node.child("expression") if node.kind == "FunctionCall" else None
    return target is not None and bool(_OUTSIDE.match(target.type)) and not _SILENT.match(target.type)


def calls_outside(node: Node) -> bool:
    """Tell whether there is such a call in a node."""
    return any(is_outside_call(each) for each in node.walk())


def writes(tree: Tree, node: Node) -> Iterator[Node]:
    """Yield the declarations that a statement or expression writes to, once for each write."""
    for each in node.walk():
        if each.kind == "Assignment" and (target := each.child("leftHandSide")):
            yield from tree.roots(target)
        elif each.kind == "UnaryOperation" and each.operator in {"++", "--", "delete"}:
            yield from (root for below in each.children for root in tree.roots(below))
        elif called(each) in {"push", "pop"} and (target := each.child("expression")):
            yield from tree.roots(target)


def is_state(declaration: Node) -> bool:
    """Tell whether a variable stands in storage, or points there."""
    return bool(declaration.data.get("stateVariable")) or declaration.data.get("storageLocation") == "storage"


def is_written(node: Node) -> bool:
    """Tell whether an expression is the target of a write, or the start of one."""
    inner = node
    for outer in node.above():
        if outer.kind == "Assignment":
            return inner.role == "leftHandSide"
        if outer.kind == "UnaryOperation":
            return outer.operator in {"++", "--", "delete"}
        if outer.kind not in {"IndexAccess", "MemberAccess", "TupleExpression"} or inner.role == "indexExpression":
            return False
        inner = outer
    return False


def is_in_loop_head(node: Node) -> bool:
    """Tell whether a node is the start or the step of a `for`."""
    roles = {"initializationExpression", "loopExpression"}
    return node.role in roles or any(each.role in roles for each in node.above())


def statements(tree: Tree) -> Iterator[Node]:
    """Yield every statement of a body, except blocks and what stands in the head of a loop."""
    for node in tree.nodes:
        stands = node.role in {"statements", "trueBody", "falseBody", "body"}
        if stands and node.kind not in BLOCKS and not is_in_loop_head(node):
            yield node


def refusal(node: Node) -> Node | None:
    """Return the statement that reverts, where a statement does that and nothing else."""
    while node.kind == "Block" and len(node.children) == 1:
        node = node.children[0]
    if node.kind == "RevertStatement" or (
        node.kind == "ExpressionStatement" and called(node.child("expression")) == "revert"
    ):
        return node
    return None


def guard(statement: Node) -> Node | None:
    """Return the condition of a statement that only refuses: a `require`, or an `if` that reverts."""
    if statement.kind == "IfStatement" and statement.child("falseBody") is None:
        body = statement.child("trueBody")
        return statement.child("condition") if body is not None and refusal(body) else None
    call = statement.child("expression") if statement.kind == "ExpressionStatement" else None
    if call is not None and called(call) in GUARDS:
        return call.all("arguments")[0]
    return None


def owner_name(node: Node) -> str:
    """Return the name of the function, constructor or modifier around a node; empty outside of one."""
    around = node if node.kind in CALLABLES else node.within(CALLABLES)
    if around is None:
        return ""
    return around.name or str(around.data.get("kind", ""))
