"""Ways to make a copy look unlike what it was copied from, each on solc's syntax tree. All that is made compiles."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from evmbox.mutate.tree import CALLABLES, Edit, Node, Tree

Ast = Mapping[str, Any]
Compile = Callable[[str], Ast | None]
Way = Callable[[str, Ast, Compile], str | None]

_WORD = re.compile(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
    r"|[\w$.]+|[^\w\s]+?(?=[\w\s\"'(){};,]|$)|.",
    re.DOTALL,
)
_IDLE = (
    " function idle(uint256 many) private pure returns (uint256 sum) {"
    " for (uint256 at = 0; at < many; at++) { sum += at * 3; } if (sum > 100) sum = 100; } "
)
_UNNAMED = {"EventDefinition", "ErrorDefinition"}


def edited(source: str, edits: list[Edit]) -> str:
    """Make edits that do not overlap."""
    text = source.encode()
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: edit.start] + edit.text.encode() + text[edit.end :]
    return text.decode()


def renamed(source: str, ast: Ast, compiles: Compile) -> str | None:
    """Rename every variable and function that no caller outside depends on."""
    tree = Tree(source, ast)
    names: dict[int, str] = {}
    for number, node in enumerate(tree.of("VariableDeclaration", "FunctionDefinition", "ModifierDefinition")):
        seen = "functionSelector" in node.data or node.data.get("visibility") in {"public", "external"}
        virtual = node.data.get("virtual") or node.data.get("overrides") or node.data.get("baseFunctions")
        fixed = seen or virtual or node.data.get("kind") == "constructor" or node.within(_UNNAMED) is not None
        if node.name and not fixed:
            names[node.data["id"]] = f"thing{number}"
    edits = []
    for node in tree.nodes:
        if node.data.get("id") in names:
            start, length, _ = map(int, node.data["nameLocation"].split(":"))
            edits.append(Edit(start, start + length, names[node.data["id"]]))
        elif node.data.get("referencedDeclaration") in names and node.kind in {"Identifier", "IdentifierPath"}:
            edits.append(Edit(node.start, node.end, names[node.data["referencedDeclaration"]]))
        elif node.data.get("referencedDeclaration") in names and node.kind == "MemberAccess":
            start, length, _ = map(int, node.data["memberLocation"].split(":"))
            edits.append(Edit(start, start + length, names[node.data["referencedDeclaration"]]))
    return _sound(edited(source, edits), compiles)


def reordered(source: str, ast: Ast, compiles: Compile) -> str | None:
    """Turn the order of each contract's members round; state variables keep theirs among themselves."""
    tree = Tree(source, ast)
    edits: list[Edit] = []
    for contract in tree.of("ContractDefinition"):
        members = [node for node in contract.children if node.role == "nodes" and node.kind in CALLABLES]
        texts = [tree.text(node) for node in members]
        edits += [Edit(node.start, node.end, text) for node, text in zip(members, reversed(texts), strict=True)]
    return _sound(edited(source, edits), compiles)


def reformatted(source: str, _ast: Ast, compiles: Compile) -> str | None:
    """Leave out every comment and break the line after each semicolon and brace only, with other spaces."""
    words = [found[0] for found in _WORD.finditer(source) if not found["skip"]]
    spaced = " ".join(words)
    joined = re.sub(r"(?<=[-+*/%&|^!<>=]) (?=[-+*/%&|^<>=])", "", spaced)
    return _sound(re.sub(r" ([;{}]) ", r"\1\n\n   ", joined), compiles) or _sound(_bare(source), compiles)


def literals(source: str, ast: Ast, compiles: Compile) -> str | None:
    """Change every text, and write every number above 1 in another way."""
    tree = Tree(source, ast)
    edits = []
    for node in tree.of("Literal"):
        value = str(node.data.get("value") or "")
        plain = value.isdigit() and int(value) > 1 and not node.data.get("subdenomination")
        if node.data["kind"] == "number" and plain:
            edits.append(Edit(node.start, node.end, f"{value[0]}_{value[1:]}" if len(value) > 1 else f"{value}e0"))
        elif node.data["kind"] == "string" and value and value.isascii():
            edits.append(Edit(node.start, node.end, '"quite another text"'))
    return _sound(edited(source, edits), compiles)


def dead_code(source: str, ast: Ast, compiles: Compile) -> str | None:
    """Add a function that nothing calls to each contract, and to each function a variable that nothing reads."""
    tree = Tree(source, ast)
    edits = []
    for number, function in enumerate(tree.of("FunctionDefinition")):
        body = function.child("body")
        if body is not None:
            edits.append(
                Edit(body.start + 1, body.start + 1, f" uint256 spare{number} = {number} + 40; spare{number}++; ")
            )
    edits += [
        Edit(contract.end - 1, contract.end - 1, _IDLE)
        for contract in tree.of("ContractDefinition")
        if contract.data.get("contractKind") == "contract"
    ]
    return _sound(edited(source, edits), compiles) or _sound(edited(source, edits[:-1]), compiles)


def split(source: str, ast: Ast, compiles: Compile) -> str | None:
    """Move the end of each function's body into a helper, one function after the other, wherever that compiles."""
    changed, moved = source, 0
    for number in range(len([*Tree(source, ast).of("FunctionDefinition")])):
        tree = Tree(changed, ast)
        function = list(tree.of("FunctionDefinition"))[number + moved]
        text = _with_helper(tree, function, f"_part{number}")
        if text is not None and (made := compiles(text)) is not None:
            changed, ast = text, made
            moved += 1  # the helper comes behind its function
    return changed if moved else None


def _with_helper(tree: Tree, function: Node, name: str) -> str | None:
    body = function.child("body")
    statements = body.all("statements") if body else []
    returns = function.child("returnParameters")
    given_back = returns.children if returns else []
    if len(statements) < 2 or (given_back and statements[-1].kind != "Return"):
        return None
    for first in range(len(statements) // 2, 0, -1):
        tail = statements[first:]
        inside = {node.data.get("id") for statement in tail for node in statement.walk()}
        used = {
            declared.data["id"]: declared
            for statement in tail
            for node in statement.walk()
            if node.kind == "Identifier"
            and (declared := tree.declaration_of(node)) is not None
            and declared.kind == "VariableDeclaration"
            and not declared.data.get("stateVariable")
            and declared.data["id"] not in inside
        }
        if any(declared.parent is returns for declared in used.values()):
            continue
        values = list(used.values())
        params = ", ".join(tree.text(value) for value in values)
        passed = ", ".join(value.name for value in values)
        kind = function.data.get("stateMutability")
        kind = "" if kind in {"payable", "nonpayable"} else kind
        result = f" returns {tree.text(returns)}" if given_back else ""
        start, end = tail[0].start, tree.end_of(tail[-1])
        moved = tree.bytes[start:end].decode()
        helper = f"\n\n    function {name}({params}) private {kind}{result} {{\n        {moved}\n    }}"
        call = f"{'return ' if given_back else ''}{name}({passed});"
        return edited(tree.bytes.decode(), [Edit(start, end, call), Edit(function.end, function.end, helper)])
    return None


def everything(source: str, _ast: Ast, compiles: Compile) -> str | None:
    """Do all of that but splitting, one after the other, wherever it can be done."""
    changed = source
    for way in (renamed, reordered, literals, dead_code, reformatted):
        tree = compiles(changed)
        changed = (way(changed, tree, compiles) if tree is not None else None) or changed
    return changed


def _bare(source: str) -> str:
    without = re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n  ", without)


def _sound(source: str, compiles: Compile) -> str | None:
    return source if compiles(source) is not None else None


WAYS: Mapping[str, Way] = {
    "renamed": renamed,
    "reordered": reordered,
    "reformatted": reformatted,
    "literals": literals,
    "dead code": dead_code,
    "split": split,
    "all": everything,
}
"""By name."""
