"""From solc's syntax tree to runs of tokens, one run for each member of a contract: what is done, not how it is named.

Left out are names, literals' values, layout, comments, visibility, braces and brackets that change nothing. Kept are
kinds of statements and expressions, operators, types, and the names that Solidity itself gives (`msg.sender`, `push`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

Tree = Mapping[str, Any]


class Token(NamedTuple):
    """One normalised token and the bytes of the source that it stands for."""

    text: str
    start: int
    end: int


_MEMBERS = {"FunctionDefinition", "ModifierDefinition", "StructDefinition"}
_SILENT = {  # say nothing that a copy could not change for free
    "PragmaDirective",
    "ImportDirective",
    "StructuredDocumentation",
    "OverrideSpecifier",
    "InheritanceSpecifier",
    "UsingForDirective",
    "UserDefinedTypeName",
    "IdentifierPath",
}
_TRANSPARENT = {"Block", "ExpressionStatement", "ParameterList", "YulBlock", "YulExpressionStatement"}
_NAMED_TYPE = re.compile(r"t_(contract|struct|enum|userDefinedValueType|mapping|array|function|magic|type|rational)")


def runs_of(tree: Tree) -> list[list[Token]]:
    """Give the runs of a source: each function's and modifier's body, each struct, each variable with a first value."""
    return [run for member in _members(tree) if (run := _run(member))]


def _members(node: Tree) -> Iterator[Tree]:
    kind = node["nodeType"]
    if kind in _MEMBERS or (kind == "VariableDeclaration" and node.get("value")):
        yield node
    elif kind in {"SourceUnit", "ContractDefinition"}:
        for child in node["nodes"]:
            yield from _members(child)


def _run(member: Tree) -> list[Token]:
    if member["nodeType"] == "StructDefinition":
        return list(_tokens(member))
    if member["nodeType"] == "VariableDeclaration":
        return [_token(member, _declared(member)), *_tokens(member["value"])]
    parts = [*member.get("modifiers", ()), *([member["body"]] if member.get("body") else ())]
    return [token for part in parts for token in _tokens(part)]


def _tokens(node: Tree) -> Iterator[Token]:
    kind = node["nodeType"]
    if kind in _SILENT:
        return
    text = _text(node, kind)
    children = [] if kind == "VariableDeclaration" else _children(node)
    if text is not None:
        yield _token(node, text, inner=bool(children))
    for child in children:
        yield from _tokens(child)


def _token(node: Tree, text: str, *, inner: bool = False) -> Token:
    start, length, _ = (int(part) for part in node["src"].split(":"))
    return Token(text, start, start if inner else start + length)


def _children(node: Tree) -> list[Tree]:
    found = [
        each
        for value in node.values()
        for each in (value if isinstance(value, list) else [value])
        if isinstance(each, dict) and "nodeType" in each
    ]
    return sorted(found, key=lambda child: int(child["src"].split(":")[0]))


def _text(node: Tree, kind: str) -> str | None:
    """Say what a node is; None where it says nothing by itself."""
    if kind in _TRANSPARENT:
        return None
    if kind == "TupleExpression" and len(node.get("components", ())) == 1 and not node.get("isInlineArray"):
        return None  # brackets around an expression
    if (say := _SAID.get(kind)) is not None:
        return say(node)
    return f"{kind} {node['operator']}" if "operator" in node else kind


def _identifier(node: Tree) -> str:
    return str(node["name"]) if node.get("referencedDeclaration", 0) < 0 else f"a {_type(node)}"


def _member(node: Tree) -> str:
    return f".{node['memberName']}" if node.get("referencedDeclaration") is None else f".a {_type(node)}"


def _declared(node: Tree) -> str:
    return f"declares {_type(node)}"


def _type(node: Tree) -> str:
    """Name a type by its kind, and an elementary one by itself, wherever its value is kept."""
    name = str(node.get("typeDescriptions", {}).get("typeIdentifier") or "")
    if found := _NAMED_TYPE.match(name):
        return found[1]
    return re.sub(r"_(storage|memory|calldata)(_ptr|_slice)*$", "", name).removeprefix("t_")


_SAID: Final[Mapping[str, Callable[[Tree], str]]] = {
    "Identifier": _identifier,
    "MemberAccess": _member,
    "Literal": lambda node: f"{node['kind']} literal",
    "VariableDeclaration": _declared,
    "ElementaryTypeName": lambda node: str(node["name"]),
    "YulIdentifier": lambda _node: "a word",
    "YulTypedName": lambda _node: "declares a word",
    "YulFunctionCall": lambda node: f"yul {node['functionName']['name']}",
    "YulLiteral": lambda _node: "yul literal",
}
