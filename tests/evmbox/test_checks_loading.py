"""Reading a lesson's checks.py: in isolation, with asserts that explain themselves, and with errors that help."""

import marshal
import sys
from pathlib import Path
from typing import Any

import pytest

from evmbox.chain import Chain
from evmbox.checks import CheckFailed, load_checks
from evmbox.checks.loading import compile_checks
from evmbox.errors import ExerciseError

HEAD = "from evmbox.checks import *\n\n"


def write(folder: Path, text: str) -> Path:
    (folder / "checks.py").write_text(HEAD + text)
    return folder


def message_of(folder: Path, body: str, contract: Any = None) -> str:
    text = f'@check("Holds", task=1)\ndef holds(chain, contract):\n    {body}\n'
    (only,) = load_checks(write(folder, text))
    with pytest.raises(CheckFailed) as caught:
        only.run(Chain(), contract)
    return str(caught.value)


def test_checks_come_in_the_order_they_are_written(tmp_path: Path):
    text = """
@check("B", task=2)
def b(chain): ...

def helper(): ...

@check("A", task=1)
def a(chain, contract): ...
"""
    checks = load_checks(write(tmp_path, text))
    assert [(each.id, each.title, each.task) for each in checks] == [("b", "B", 2), ("a", "A", 1)]


def test_two_folders_know_nothing_of_each_other(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(
            tmp_path / name,
            f'seen = []\n@check("{name}", task=1)\ndef same(chain): seen.append(1); assert len(seen) == 1\n',
        )
    loaded = [load_checks(tmp_path / name)[0] for name in ("one", "two", "two")]
    for each in loaded:
        each.run(Chain())
    assert [each.title for each in loaded] == ["one", "two", "two"]
    assert not any("one" in module and "checks of" in module for module in sys.modules)


def test_compiled_checks_travel_and_an_edited_file_is_compiled_anew(tmp_path: Path):
    titles = []
    for title in ("Before", "After"):
        write(tmp_path, f'@check("{title}", task=1)\ndef one(chain):\n    assert 1 > 2\n')
        travelled = marshal.loads(marshal.dumps(compile_checks(tmp_path)))  # noqa: S302
        (only,) = load_checks(tmp_path, code=travelled)
        with pytest.raises(CheckFailed, match="`1` is 1, but should be more than 2"):
            only.run(Chain())
        titles.append(only.title)
    assert titles == ["Before", "After"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("assert contract.x == 5", "`contract.x` is 3, but should be 5."),
        ("assert contract.x != 3", "`contract.x` is 3, but should not be 3."),
        ("assert contract.x > 3", "`contract.x` is 3, but should be more than 3."),
        ("assert contract.x >= 4", "`contract.x` is 3, but should be at least 4."),
        ("assert contract.x < 3", "`contract.x` is 3, but should be less than 3."),
        ("assert contract.x <= 2", "`contract.x` is 3, but should be at most 2."),
        ("assert contract.x in (1, 2)", "`contract.x` is 3, but should be one of [1, 2]."),
        ("assert contract.x not in (3, 4)", "`contract.x` is 3, but should not be one of [3, 4]."),
        ("assert contract.x is None", "`contract.x` is 3, but should be nothing."),
        ("assert contract.who == chain.bob", "`contract.who` is Alice, but should be Bob."),
        ("assert not contract.x", "`not contract.x` should hold."),
        ("assert 1 < contract.x < 3", "`1 < contract.x < 3` should hold."),
        ("assert contract.x == 5, 'x should be five'", "x should be five"),
        ("assert contract.get('secret') == 5", "A value is 3, but should be 5."),
        ("assert contract.get('secret') == 4 and True", "A condition of this check does not hold."),
        (
            "after = contract.x; assert after - 1 == ether(1)",
            "`after - 1` is 2, but should be 1,000,000,000,000,000,000 (1 ether).",
        ),
    ],
)
def test_an_assert_without_a_message_tells_the_values(tmp_path: Path, body: str, told: str):
    class Contract:
        x = 3
        who = Chain().alice

        def get(self, _: str) -> int:
            return 3

    assert message_of(tmp_path, body, Contract()) == told


def test_an_assert_evaluates_each_side_once_and_passes_quietly(tmp_path: Path):
    text = """
calls = []
def side(value):
    calls.append(value)
    return value

@check("Once", task=1)
def once(chain):
    assert side(1) == side(1)
    assert side(2)
    assert side(1) < side(2) < side(3)
    assert calls == [1, 1, 2, 1, 2, 3], calls
"""
    (only,) = load_checks(write(tmp_path, text))
    only.run(Chain())


def test_lines_are_those_of_the_file(tmp_path: Path):
    text = '@check("Breaks", task=1)\ndef breaks(chain):\n    assert 1 == 1\n    {}["x"]\n'
    (only,) = load_checks(write(tmp_path, text))
    with pytest.raises(ExerciseError) as caught:
        only.run(Chain())
    assert caught.value.line == 6


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def broken(:\n", r"checks\.py:3: it is not Python"),
        ("x = 1 / 0\n", r"checks\.py:3: running it raised ZeroDivisionError"),
        ("import nothing_of_that_name\n", "ModuleNotFoundError"),
        ("x = 1\n", "it has no check. Decorate a function"),
        ('@check("A", task=0)\ndef a(chain): ...\n', r"checks\.py:3: The check `a` needs a title"),
        ('@check("A", task=1)\ndef a(contract): ...\n', r"takes \(chain, contract\) or \(chain\)"),
        (
            '@check("A", task=1)\ndef a(chain): ...\n@check("B", task=1)\ndef a(chain): ...\n',
            r"checks\.py:6: there are two functions `a`",
        ),
        ("x = '\0'\n", "it is not Python"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_with_its_line(tmp_path: Path, text: str, told: str):
    with pytest.raises(ExerciseError, match=told):
        load_checks(write(tmp_path, text))


def test_a_folder_without_checks_is_refused(tmp_path: Path):
    with pytest.raises(ExerciseError, match=r"checks\.py: it can't be read"):
        load_checks(tmp_path)


def test_the_names_an_author_needs_are_all_there():
    import evmbox.checks  # noqa: PLC0415

    for name in (
        "check",
        "reverts",
        "emits",
        "given",
        "expect_equal",
        "ether",
        "gwei",
        "integers",
        "addresses",
        "text",
    ):
        assert name in evmbox.checks.__all__
