"""A notebook's magics, chain and verdicts in a real IPython, against a real classroom that grades."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from classroom.errors import ClassroomError, Invalid
from classroom.notebook import CompileError, OnChain, Receipt, Trace, Verdict, handing_in
from classroom.notebook.client import default_client

DOCS = Path(__file__).parents[3] / "docs" / "notebooks.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", DOCS.read_text(), re.DOTALL | re.MULTILINE)
BANK = """\
%%solidity
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Bank {
    struct Account { address who; uint256 held; }
    mapping(address => uint256) public held;
    event Put(address indexed who, string indexed why, uint256 amount, bytes4 mark);
    error TooLittle(address who, uint256 held);
    constructor(uint256 least) payable { require(least < 5, "<b>at most</b> 4"); }
    function put(string calldata why) external payable {
        held[msg.sender] += msg.value;
        emit Put(msg.sender, why, msg.value, 0x01020304);
    }
    function take(uint256 amount) external {
        if (held[msg.sender] < amount) revert TooLittle(msg.sender, held[msg.sender]);
    }
    function each(address[] calldata all) external view returns (Account[] memory list, bytes2) {
        list = new Account[](all.length);
        for (uint256 i = 0; i < all.length; i++) list[i] = Account(all[i], held[all[i]]);
        return (list, 0xabcd);
    }
    function ask(Bank other) external { other.take(0); }
}
"""


class Ran:
    """What came of one cell."""

    def __init__(self, result: Any, shown: list[Any], printed: str) -> None:
        self.value = result.result
        self.error = result.error_in_exec
        self.shown = shown
        self.printed = printed

    def html(self) -> str:
        """Give all HTML that was displayed or put in its place, in order."""
        return "\n".join(each.data.get("text/html", "") for each in self.shown)


Run = Callable[[str], Ran]


@pytest.fixture(scope="module")
def classroom(shared, consuming, tmp_path_factory):
    with consuming(shared, tmp_path_factory.mktemp("log") / "consumer.log"):
        yield shared


@pytest.fixture
def run(classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run cells in a fresh shell of lea's, whose kernel has her token."""
    key = tmp_path / "key"
    key.write_text(classroom.headers["lea token"]["Authorization"].removeprefix("Bearer "))
    monkeypatch.setenv("CLASSROOM_URL", classroom.settings.portal_url)
    monkeypatch.setenv("CLASSROOM_KEY_FILE", str(key))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    default_client.cache_clear()
    handing_in._last.clear()
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))

    def run_cell(code: str) -> Ran:
        with capture_output() as captured:
            result = shell.run_cell(code)
        return Ran(result, captured.outputs, captured.stdout)

    assert run_cell("%load_ext classroom").error is None
    yield run_cell
    default_client().close()
    default_client.cache_clear()
    InteractiveShell.clear_instance()


def test_the_cells_of_the_documentation_run_one_after_the_other(run: Run) -> None:
    assert len(BLOCKS) == 11
    for block in BLOCKS:
        ran = run(block.replace("tip-jar", "keeper"))
        assert ran.error is None, f"{block}\n{ran.error!r}"


def test_a_contract_of_a_cell_lives_on_ones_own_chain(run: Run) -> None:
    compiled = run(BANK)
    assert compiled.error is None
    assert "Bank" in compiled.value._repr_html_()
    bank = run("bank = Bank.deploy(1, sender='bob'); bank").value
    assert isinstance(bank, OnChain)
    assert {"put", "take", "each"} <= set(dir(bank))
    assert "take(uint256)" in bank._ipython_key_completions_()

    put = run("bank.put('<i>rent</i>', value=7)").value
    assert isinstance(put, Receipt)
    assert put
    assert put.gas_used > 21_000
    (event,) = put.events
    assert (event.name, repr(event.args["who"]), event.args["amount"], event.args["mark"]) == (
        "Put",
        "Alice",
        7,
        "0x01020304",
    )
    assert event.args["why"].startswith("0x")
    assert len(event.args["why"]) == 66
    accounts, mark = run("bank.each(['alice', bank])").value
    assert [account["held"] for account in accounts] == [7, 0]
    assert repr(accounts[0]["who"]) == "Alice"
    assert accounts[1]["who"] == bank.address
    assert mark == "0xabcd"

    failed = run("bank.take(8)").value
    assert not failed
    assert failed.error == "reverted with TooLittle(who=Alice, held=7)"
    refused = run("Bank.deploy(9)").value
    assert not refused
    assert "<b>at most</b> 4" in refused.error
    assert "<b>" not in refused._repr_html_()
    with pytest.raises(Invalid, match="was not sent"):
        refused.trace()

    trace = run("bank.ask(bank).trace()").value
    assert isinstance(trace, Trace)
    assert [(call.depth, call.what) for call in trace.calls] == [(0, "Bank.ask"), (1, "Bank.take")]
    assert "Bank.take" in trace._repr_html_()
    assert run("bank.held.transact('alice')").value.gas_used > 21_000
    assert run("import classroom; classroom.chain().balance(bank)").value == 7
    assert run("Bank.at(bank.address).held('alice')").value == 7


MISTAKES = [
    ("bank.take('x')", "amount is a uint256, and 'x' does not fit"),
    ("bank.take(1.5)", "1.5 is not a whole number"),
    ("bank.take(1, 2)", "take takes other arguments: take(uint256 amount)"),
    ("bank.take(1, sender='zoe')", "'zoe' is neither an address nor one of"),
    ("Bank.deploy()", "The constructor of Bank takes uint256 least"),
    ("%%solidity --version 0.4.1\ncontract A {}", "There is no solc 0.4.1 here"),
    ("%%solidity --name 1x\ncontract A {}", "not a name that Python can use"),
    ("%%solidity --nome x\ncontract A {}", "unrecognized arguments"),
    ("%check", "Say which exercise is meant"),
    ("%check nowhere", "The course has no such exercise"),
]


def test_a_mistake_is_one_line_and_no_traceback(run: Run) -> None:
    run(BANK)
    run("bank = Bank.deploy(1)")
    for cell, said in MISTAKES:
        ran = run(cell)
        assert isinstance(ran.error, ClassroomError), cell
        (line,) = ran.error._render_traceback_()
        assert said in line
        assert "Traceback" not in ran.printed


def test_what_does_not_compile_is_shown_in_its_line_and_fails_the_cell(run: Run) -> None:
    ran = run("%%solidity\n// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\ncontract A { uint256 x = y<1; }\n")
    assert isinstance(ran.error, CompileError)
    assert ran.error._render_traceback_() == ["The source does not compile: 1 error, shown above."]
    assert "contract A { uint256 x = <mark>y</mark>&lt;1; }" in ran.html()
    assert "Traceback" not in ran.printed


def test_other_compilers_and_names(run: Run) -> None:
    ran = run(
        "%%solidity --version 0.8.24 --name Other\npragma solidity 0.8.24;\ncontract A { uint256 public x = 3; }\n"
    )
    assert ran.error is None
    assert run("Other.deploy().x()").value == 3
    assert isinstance(run("A").error, NameError)


def test_check_hands_in_the_last_cell_and_shows_progress_and_then_the_verdict(run: Run, classroom) -> None:
    run(f"%%solidity\n{classroom.FORGETS}")
    ran = run("%check keeper")
    assert ran.error is None
    html = ran.html()
    assert html.index("<progress") < html.index("Not yet")
    assert "After set(7), number() should answer 7." in html
    assert f"{classroom.settings.portal_url}/lessons/keeping" in html
    assert all(each.data for each in ran.shown)

    run(f"%%solidity\n{classroom.SOLUTION}")
    verdict = run("import classroom; classroom.submit('keeper')").value
    assert isinstance(verdict, Verdict)
    assert verdict
    assert verdict.points.endswith("3 of 3 points")


def test_check_takes_the_draft_where_there_was_no_cell_and_the_lessons_one_exercise(
    run: Run, classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "first-steps/keeping (yours, 2026-11-25).ipynb")
    leo = classroom.client("lea token")
    held = leo.get("/api/v1/exercises/keeper/draft")
    revision = held.json()["revision"] if held.status_code == 200 else 0
    saved = leo.put("/api/v1/exercises/keeper/draft", json={"source": classroom.SOLUTION, "revision": revision})
    assert saved.status_code == 200, saved.text
    assert "Passed" in run("%check").html()
    run(f"%%solidity\n{classroom.FORGETS}")
    assert "Passed" in run("%check --draft").html()
    assert "Not yet" in run("%check").html()
