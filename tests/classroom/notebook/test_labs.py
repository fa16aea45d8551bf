"""The lab on the real compiler and chain; only the network between is left out."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from classroom.errors import ClassroomError, Invalid
from classroom.notebook import CompileError, Deployed, Lab, Receipt, ether, gwei
from classroom.notebook.client import Client
from classroom.notebook.labs import NOTHING
from classroom.notebook.units import Wei
from classroom.schemas import ACCOUNTS, CompileOut, ScenarioIn, ScenarioOut
from evmbox.chain.accounts import NAMES, key_of
from evmbox.compiler import Compilation, Compiler, open_compiler
from evmbox.scenario import run_scenario

JAR = """\
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract TipJar {
    struct Tip { address from; uint256 amount; }
    event Tipped(address indexed from, uint256 amount, string note);
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;

    constructor(uint256 start) payable {
        require(start < 100, "too much");
        owner = msg.sender;
        total = start;
    }

    function tip(string calldata note) external payable returns (uint256) {
        total += msg.value;
        emit Tipped(msg.sender, msg.value, note);
        return total;
    }
    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        payable(owner).transfer(address(this).balance);
    }
    function first() external view returns (Tip memory, bool) { return (Tip(owner, total), true); }
    function time() external view returns (uint256) { return block.timestamp; }
    function fails() external pure returns (uint256) { revert("<b>not</b> today"); }
    function odd(bytes calldata data, uint256[] calldata more) external pure returns (bytes memory, uint256) {
        return (data, more[1]);
    }
    function twin(uint256 n) external pure returns (uint256) { return n; }
    function twin(bool) external pure returns (uint256) { return 2; }
    function isOwner(TipJar other) external view returns (bool) { return other.owner() == owner; }
    function name() external pure returns (string memory) { return "jar"; }
}
"""


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    with open_compiler() as compiler:
        yield compiler


@pytest.fixture(scope="module")
def compilation(compiler: Compiler) -> Compilation:
    return compiler.compile(JAR)


@pytest.fixture
def requests() -> list[str]:
    """Collect the paths that were asked."""
    return []


@pytest.fixture
def client(compiler: Compiler, compilation: Compilation, connect: Callable[..., Client], requests: list[str]) -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request.url.path.removeprefix("/api/v1"))
        source = json.loads(request.content)["source"]
        compiled = compilation if source == JAR else compiler.compile(source)
        if requests[-1] == "/compile":
            contracts = {name: list(artifact.abi) for name, artifact in compiled.artifacts.items()}
            out: Any = CompileOut(diagnostics=list(compiled.diagnostics), contracts=contracts)
        else:
            steps = ScenarioIn.model_validate_json(request.content).steps
            results, stopped = run_scenario(compiled, steps)
            out = ScenarioOut(diagnostics=list(compiled.diagnostics), steps=results, stopped=stopped)
        return httpx.Response(200, text=out.model_dump_json())

    return connect(answer)


@pytest.fixture
def box(client: Client) -> Lab:
    return Lab(JAR, client)


@pytest.fixture
def jar(box: Lab) -> Deployed:
    jar = box.deploy("TipJar", 0)
    assert isinstance(jar, Deployed)
    return jar


def test_the_accounts_are_those_of_the_chain() -> None:
    assert {name: key_of(name).public_key.to_checksum_address() for name in NAMES} == ACCOUNTS


def test_views_give_values_and_transactions_receipts(box: Lab, jar: Deployed) -> None:
    receipt = jar.tip("thanks", sender="bob", value=ether(1))
    assert isinstance(receipt, Receipt)
    assert receipt.ok
    assert receipt
    assert receipt.gas_used is not None
    assert receipt.gas_used > 21_000
    assert receipt.value == ether(1)
    assert [str(event) for event in receipt.events] == [f"Tipped(from=Bob, amount={ether(1)}, note='thanks')"]
    assert jar.total() == ether(1)
    assert type(jar.total()) is int
    assert box.balance(jar) == ether(1)
    assert box.balance("bob") == ether(999)
    assert box.storage(jar, 0) == ether(1)


def test_one_action_is_one_request_and_waiting_none(box: Lab, jar: Deployed, requests: list[str]) -> None:
    assert requests == ["/compile", "/scenarios"]
    before = jar.time()
    box.wait(days=1)
    assert requests == ["/compile", "/scenarios", "/scenarios"]
    assert jar.time() - before == pytest.approx(86_400, abs=2)
    assert len(box.steps) == 2, "reading joins no list"


def test_a_revert_is_a_result_in_words_and_changes_nothing(box: Lab, jar: Deployed) -> None:
    jar.tip("", value=5)
    failed = jar.withdraw(sender="carol")
    assert not failed
    assert failed.error == "NotOwner(caller=Carol)"
    assert failed.explanation == "Carol called `withdraw()`, and it reverted with NotOwner(caller=Carol)."
    assert box.balance(jar) == 5
    assert len(box.steps) == 2
    assert repr(failed) == "✕ TipJar.withdraw: failed: NotOwner(caller=Carol)"
    assert jar.withdraw().ok


def test_a_read_that_reverts_is_a_result_too_escaped_in_html(jar: Deployed) -> None:
    failed = jar.fails()
    assert isinstance(failed, Receipt)
    assert not failed.ok
    html = failed._repr_html_()
    assert "&lt;b&gt;not&lt;/b&gt; today" in html
    assert "<b>" not in html
    assert "<script" not in html
    assert "✕" in html
    assert "Failed" in html


def test_people_send_ether_where_there_is_no_contract(client: Client) -> None:
    box = Lab(NOTHING, client)
    receipt = box.transfer("bob", ether(2), sender="carol")
    assert receipt.ok
    assert receipt.what == "2 ether from Carol to Bob"
    assert receipt.gas_used == 21_000
    assert (box.balance("bob"), box.balance("carol")) == (ether(1002), ether(998))


def test_a_contract_without_receive_refuses_plain_ether(box: Lab, jar: Deployed) -> None:
    refused = box.transfer(jar, ether(1), sender="bob")
    assert not refused.ok
    assert refused.what == "1 ether from Bob to TipJar"
    assert box.balance(jar) == 0


def test_a_failed_deployment_says_so_wherever_it_is_used(box: Lab) -> None:
    failed = box.deploy("TipJar", 100)
    assert isinstance(failed, Receipt)
    assert not failed
    assert "too much" in str(failed.explanation)
    with pytest.raises(AttributeError, match=r"deploying TipJar failed: .*too much"):
        failed.tip("thanks")
    assert box.steps == ()


def test_addresses_of_named_accounts_show_their_names(jar: Deployed) -> None:
    assert jar.owner() == ACCOUNTS["alice"]
    assert repr(jar.owner()) == "Alice"
    tip, said = jar.first()
    assert repr(tip) == "{'from': Alice, 'amount': 0}"
    assert said is True
    assert jar.tip("", sender=jar.owner()).ok


def test_arguments_of_every_kind_travel(box: Lab, jar: Deployed) -> None:
    assert jar.odd(b"\x01\xff", (1, 2**255)) == ("0x01ff", 2**255)
    assert jar.isOwner(box.deploy("TipJar", 1, sender="alice")) is True
    assert jar.isOwner(box.deploy("TipJar", 1, sender="bob")) is False
    assert jar.name() == "jar"


def test_overloads_are_told_apart_by_their_signature(jar: Deployed) -> None:
    with pytest.raises(Invalid, match=r'functions\["twin\(bool\)"\]'):
        jar.twin(1)
    assert jar.functions["twin(uint256)"](7) == 7
    assert jar.functions["twin(bool)"](True) == 2


def test_a_misspelt_function_gets_a_suggestion(jar: Deployed) -> None:
    with pytest.raises(AttributeError, match=r"TipJar has no function 'withdrw'\. Did you mean withdraw\?"):
        jar.withdrw()
    with pytest.raises(AttributeError, match=r"It has: .*total"):
        _ = jar.zzz
    assert "withdraw" in dir(jar)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda on: on.jar.tip(), "tip takes other arguments: tip"),
        (lambda on: on.jar.tip(1.5), r"1\.5 is not a whole number\. Write ether\(1\.5\)"),
        (lambda on: on.jar.tip({}), "cannot be given a dict"),
        (lambda on: on.jar.tip("", value=-1), "value_wei"),
        (lambda on: on.jar.tip("", sender=on.jar), "only an account can send"),
        (lambda on: on.box.deploy("Jar"), "no contract 'Jar' to deploy. It has: TipJar"),
        (lambda on: on.box.deploy("TipJar"), r"constructor of TipJar takes uint256 start"),
        (lambda on: on.box.wait(days=-1), "seconds"),
        (lambda on: on.box.balance("zed"), "no account 'zed'"),
        (lambda _: ether("1e-19"), "not a whole number of wei"),
        (lambda _: ether("many"), "not a number of ether"),
    ],
)
def test_a_slip_in_the_notebook_is_an_error_in_words(
    box: Lab, jar: Deployed, act: Callable[[SimpleNamespace], object], said: str
) -> None:
    steps = box.steps
    with pytest.raises(Invalid, match=said):
        act(SimpleNamespace(box=box, jar=jar))
    assert box.steps == steps


def test_a_lab_that_was_reset_begins_on_a_fresh_chain(box: Lab, jar: Deployed) -> None:
    jar.tip("", value=1)
    box.reset()
    with pytest.raises(Invalid, match="not on the chain of this lab"):
        jar.total()
    again = box.deploy("TipJar", 7)
    assert isinstance(again, Deployed)
    assert again.total() == 7
    with pytest.raises(Invalid, match="not on the chain of this lab"):
        jar.total()


def test_two_deployments_of_one_contract_are_two(box: Lab) -> None:
    first, second = box.deploy("TipJar", 0), box.deploy("TipJar", 0)
    assert isinstance(first, Deployed)
    assert isinstance(second, Deployed)
    second.tip("", value=5)
    assert (first.total(), second.total()) == (0, 5)


def test_a_full_lab_says_how_to_begin_anew(box: Lab, jar: Deployed) -> None:
    for _ in range(199):
        box.wait(seconds=1)
    with pytest.raises(Invalid, match="200 steps"):
        jar.total()


def test_a_source_that_does_not_compile_is_told_by_its_lines(client: Client) -> None:
    with pytest.raises(CompileError) as caught:
        Lab("// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\ncontract A {\n  uint x\n}\n", client)
    told = "\n".join(caught.value._render_traceback_())
    assert told.startswith("The source does not compile.")
    assert "Line 5: error:" in told
    assert "  5 | }" in told
    assert "    | ^" in told
    assert caught.value.diagnostics


def test_warnings_are_shown_with_the_lab(client: Client) -> None:
    box = Lab("contract A {}", client)
    assert "warning: SPDX license identifier" in repr(box)
    assert "SPDX license identifier" in box._repr_html_()


def test_a_lab_stopped_by_a_limit_says_why(connect: Callable[..., Client], compilation: Compilation) -> None:
    contracts = {name: list(artifact.abi) for name, artifact in compilation.artifacts.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/compile"):
            return httpx.Response(200, json={"diagnostics": [], "contracts": contracts})
        return httpx.Response(200, json={"diagnostics": [], "steps": [], "stopped": "It took too long."})

    with pytest.raises(ClassroomError, match=r"It took too long\."):
        Lab(JAR, connect(answer)).deploy("TipJar", 0)


def test_displays_are_static_and_escaped(box: Lab, jar: Deployed) -> None:
    receipt = jar.tip("<img src=x onerror=alert(1)>", value=1)
    for html in (receipt._repr_html_(), jar._repr_html_(), box._repr_html_()):
        assert "<img" not in html
        assert "<script" not in html
        assert "http" not in html
    assert "&lt;img src=x" in receipt._repr_html_()
    assert "Went through" in receipt._repr_html_()
    assert "tip(string note) payable returns (uint256)" in jar._repr_html_()


def test_amounts_are_exact() -> None:
    assert ether(1) == 10**18
    assert ether("0.1") == 10**17
    assert ether(0.1) == 10**17
    assert ether(Decimal("1e-18")) == 1
    assert gwei(2.5) == 2_500_000_000
    assert repr(Wei(999 * 10**18)) == "999000000000000000000 wei (999 ether)"
    assert repr(Wei(10**17)) == "100000000000000000 wei (0.1 ether)"
    assert repr(Wei(0)) == "0 wei (0 ether)"
    assert f"{Wei(1500):,}" == "1,500"
