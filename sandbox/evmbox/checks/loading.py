"""Reads a lesson's `checks.py`: runs it on its own, and teaches its asserts to explain themselves."""

import ast
import operator
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType, MappingProxyType
from typing import Any

from evmbox.checks.check import CHECKS_FILE, Check
from evmbox.checks.expectations import CheckFailed
from evmbox.checks.showing import shown
from evmbox.errors import EvmboxError, ExerciseError

MAX_SHOWN = 100
"""Characters of an expression that a message may show."""


_COMPARE = "__compare__"
_HOLD = "__hold__"

_OPERATORS: MappingProxyType[str, tuple[Callable[[Any, Any], Any], str]] = MappingProxyType(
    {
        "Eq": (operator.eq, "should be"),
        "NotEq": (operator.ne, "should not be"),
        "Lt": (operator.lt, "should be less than"),
        "LtE": (operator.le, "should be at most"),
        "Gt": (operator.gt, "should be more than"),
        "GtE": (operator.ge, "should be at least"),
        "In": (lambda value, group: value in group, "should be one of"),
        "NotIn": (lambda value, group: value not in group, "should not be one of"),
        "Is": (operator.is_, "should be"),
        "IsNot": (operator.is_not, "should not be"),
    }
)


def compile_checks(path: Path, text: str | None = None) -> CodeType:
    """Compile the `checks.py` of an exercise folder, once for each text. Raises `ExerciseError`.

    `text` is what stands in it, where that was read before: the file is not opened then.
    """
    file = path / CHECKS_FILE
    try:
        source = file.read_text(encoding="utf-8") if text is None else text
    except OSError as error:
        raise _error(f"it can't be read: {error.strerror}.", "Every exercise folder has one.") from error
    except ValueError as error:
        raise _error(f"it is not Python: {error}.", "Mend the syntax.") from error
    return _compiled(source, str(file))


def load_checks(path: Path, text: str | None = None, *, code: CodeType | None = None) -> list[Check]:
    """Run the `checks.py` of an exercise folder and return its checks, in the order they are written.

    `text` is as for `compile_checks`, and `code` what that made of it, where it is at hand. The module has a name of
    its own and stays out of `sys.modules`. Raises `ExerciseError`.
    """
    file = path / CHECKS_FILE
    if code is None:
        code = compile_checks(path, text)
    namespace: dict[str, Any] = {
        "__name__": f"checks of {path.name}",
        "__file__": str(file),
        _COMPARE: _compare,
        _HOLD: _hold,
    }
    try:
        exec(code, namespace)  # noqa: S102 — a course's own file on the server's disk; nothing uploads one
    except EvmboxError as error:
        raise _error(str(error), "Mend the check.", _line(error, file)) from error
    except Exception as error:
        raise _error(
            f"running it raised {type(error).__name__}: {error}.", "Mend the file.", _line(error, file)
        ) from error
    checks = [value for value in namespace.values() if isinstance(value, Check)]
    if not checks:
        raise _error("it has no check.", "Decorate a function with @check(title, task=…).")
    return checks


@lru_cache(maxsize=128)
def _compiled(source: str, file: str) -> CodeType:
    try:
        tree = ast.parse(source, filename=file)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        raise _error(f"it is not Python: {error}.", "Mend the syntax.", line) from error
    _refuse_names_used_twice(tree)
    return compile(ast.fix_missing_locations(_Asserts().visit(tree)), file, "exec", dont_inherit=True)


class _Asserts(ast.NodeTransformer):
    """Rewrites each `assert` without a message so that it fails with the values it compared.

    `assert contract.total() == ether(1)` says "`contract.total()` is 0, but should be 1 ether".
    """

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        if node.msg is not None:
            return node
        match node.test:
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                call = _call(
                    _COMPARE, left, right, ast.Constant(type(sign).__name__), ast.Constant(_shown_source(left))
                )
            case test:
                call = _call(_HOLD, test, ast.Constant(_shown_source(test)))
        return ast.copy_location(ast.Expr(call), node)


def _compare(left: Any, right: Any, sign: str, source: str | None) -> None:
    holds, words = _OPERATORS[sign]
    if not holds(left, right):
        what = f"`{source}`" if source else "A value"
        raise CheckFailed(f"{what} is {shown(left)}, but {words} {shown(right)}.")


def _hold(value: Any, source: str | None) -> None:
    if not value:
        raise CheckFailed(f"`{source}` should hold." if source else "A condition of this check does not hold.")


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(name, ast.Load()), args=list(arguments), keywords=[])


def _shown_source(node: ast.expr) -> str | None:
    """Return an expression as text where it is short and holds no text of its own, which may not be for learners."""
    if any(isinstance(part, ast.Constant) and isinstance(part.value, str | bytes) for part in ast.walk(node)):
        return None
    source = ast.unparse(node)
    return source if len(source) <= MAX_SHOWN else None


def _refuse_names_used_twice(tree: ast.Module) -> None:
    seen: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            if node.name in seen:
                raise _error(f"there are two functions `{node.name}`.", "Give each its own name.", node.lineno)
            seen.add(node.name)


def _line(error: BaseException, file: Path) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else None


def _error(message: str, remedy: str, line: int | None = None) -> ExerciseError:
    return ExerciseError(message, file=CHECKS_FILE, remedy=remedy, line=line)
