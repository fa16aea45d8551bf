"""The chain explorer on a real chain: what was done, by whom, and what is stored, in the words of the source."""

import asyncio
import os
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import expect
from web3 import Web3

from classroom.errors import Invalid
from classroom.notebook.chains import Refused, chain
from classroom.notebook.client import Client
from classroom.notebook.exploring import BLOCKS, explorer
from evmbox.compiler import NodeCompiler
from support.widgets import assert_no_barriers, page_of

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Bank {
    event Deposited(address indexed from, uint256 amount, string note);
    error Poor(uint256 has);
    struct Rule { uint128 least; bool open; }
    address public owner = msg.sender;
    int8 public mood = -3;
    Rule public rule = Rule(5, true);
    string public name = "The bank of those who like names that fill more than one word";
    mapping(address => uint256) public balanceOf;
    uint64[] public marks;
    function deposit(string calldata note) external payable {
        if (msg.value < rule.least) revert Poor(msg.value);
        balanceOf[msg.sender] += msg.value;
        marks.push(7);
        marks.push(9);
        emit Deposited(msg.sender, msg.value, note);
    }
}
"""


@pytest.fixture
def client(shared):
    token = shared.headers["lea kernel"]["Authorization"].removeprefix("Bearer ")
    with closing(Client(shared.settings.portal_url, lambda: token)) as opened:
        yield opened


@pytest.fixture
def bank(client, request):
    """Give a chain with a bank, into which Bob paid, and tried to."""
    box = chain(request.node.name.replace("_", "-")[:40], fresh=True, client=client)
    with NodeCompiler() as compiler:
        artifact = compiler.compile(SOURCE).artifacts["Bank"]
    codec = Web3().eth.contract(abi=artifact.abi)
    owner, bob = box.accounts["owner"], box.accounts["bob"]
    made = box.ask("eth_sendTransaction", {"from": owner, "data": f"0x{artifact.creation.hex()}"})
    address = box.ask("eth_getTransactionReceipt", made)["contractAddress"]
    data = codec.encode_abi("deposit", args=["for tea"])
    for value in (10**18, 4):
        order = {"from": bob, "to": address, "data": data, "value": hex(value), "gas": "0x493e0"}
        box.ask("eth_sendTransaction", order)
    return box


def test_calls_events_and_storage_are_told_in_the_words_of_the_source(client, bank):
    widget = explorer(bank, source=SOURCE, client=client)
    seen = widget.look({})
    failed, paid, made = (block["transactions"][0] for block in seen["blocks"][:3])
    assert (made["kind"], made["sender"], made["to"]) == ("create", "Owner", "Bank")
    assert (paid["sender"], paid["to"], paid["call"]) == ("Bob", "Bank", 'deposit(note="for tea")')
    assert paid["events"] == [f'Deposited(from=Bob, amount={10**18}, note="for tea")']
    assert (paid["ok"], paid["error"]) == (True, None)
    assert (failed["ok"], failed["error"], failed["events"]) == (False, "reverted with Poor(has=4)", [])
    assert {each["name"]: each["wei"] for each in seen["accounts"]}["Bank"] == str(10**18)
    stored = widget.inside({"address": seen["contracts"][0]["address"]})
    assert {each["name"]: each["value"] for each in stored["variables"]} == {
        "owner": "Owner",
        "mood": "-3",
        "rule.least": "5",
        "rule.open": "true",
        "name": '"The bank of those who like names that fill more than one word"',
        "balanceOf[Bob]": f"{10**18:,}",
        "marks.length": "2",
        "marks[0]": "7",
        "marks[1]": "9",
    }


def test_a_transaction_is_stepped_through_with_its_source_and_without(client, bank):
    window = {"limit": 0, "outline": True}
    steps = bank.debug(source=SOURCE)
    failed = steps._trace(window)
    [called] = failed["summary"]["calls"]
    assert (called["sender"], called["function"], called["arguments"]) == (
        "Bob",
        "deposit(string)",
        {"note": '"for tea"'},
    )
    assert called["error"] == "reverted with Poor(has=4)"
    assert failed["summary"]["lines"][0]["file"] == "Contract.sol"
    paid = bank.ask("eth_getBlockByNumber", "0x2", False)["transactions"][0]
    written = bank.debug(paid, source=SOURCE)._trace(window)["summary"]["writes"]
    assert [(each["variable"], each["new"]) for each in written][:2] == [
        ("balanceOf[Bob]", f"{10**18:,} (1 ether)"),
        ("marks.length", "1"),
    ]
    bare = bank.debug(paid)._trace({**window, "limit": 5})
    assert (bare["summary"]["lines"], bare["page"]["steps"][0]["op"]) == ([], "PUSH1")
    with pytest.raises(Invalid, match="no transaction"):
        bank.debug("0x" + "11" * 32)
    for compiled in ([], [{}, {}], [{"sources": {}, "files": {}, "asts": {}, "contracts": {}}, {}, 3]):
        with pytest.raises(Refused, match="cannot be read"):
            bank.ask("debug_traceTransaction", paid, {"tracer": "stepTracer", "tracerConfig": {"compiled": compiled}})
    for abi in ([{"type": "function", "name": "f", "inputs": []}], [{"name": "f"}], [3]):
        contract = {"name": "A", "abi": abi, "creation": "", "runtime_size": 0}
        compiled = [{"sources": {}, "files": {}, "asts": {}, "contracts": {}}, {"A": contract}]
        with pytest.raises(Refused, match=r"cannot be read|not what solc gives"):
            bank.ask("debug_traceTransaction", paid, {"tracer": "stepTracer", "tracerConfig": {"compiled": compiled}})


def test_without_a_source_there_are_selectors_and_words(bank):
    widget = explorer(bank)
    seen = widget.look({})
    assert seen["blocks"][1]["transactions"][0]["call"].endswith("…")
    stored = widget.inside({"address": seen["contracts"][0]["address"]})
    assert not stored["known"]
    assert stored["variables"][0]["name"] == "slot 0"


def test_the_explorer_is_gone_through_by_keyboard_and_follows_on_demand(client, bank, chromium):
    for _ in range(BLOCKS):
        bank.ask("evm_mine")
    widget = explorer(bank, source=SOURCE, client=client)

    async def visit():
        async with page_of(widget, chromium, color_scheme="light") as page:
            await expect(page.locator(".hk-block")).to_have_count(BLOCKS, timeout=30_000)
            earlier = page.get_by_role("button", name="Earlier blocks")
            await earlier.press("Enter")
            await expect(page.get_by_text('deposit(note="for tea")')).to_have_count(2)
            await expect(earlier).to_be_hidden()
            contract = page.locator("summary").filter(has_text="Bank")
            await contract.press("Enter")
            table = page.get_by_role("table", name="Variables of Bank")
            await expect(table).to_contain_text("balanceOf[Bob]")
            await assert_no_barriers(page)
            await _shoot(page, "explorer")
            opened = page.get_by_role("button", name="Open in the debugger: Bob called Bank").first
            await opened.press("Enter")
            await expect(page.get_by_role("heading", name="Bob called Bank")).to_be_focused()
            await expect(page.locator(".hk-dbg-ended")).to_contain_text("Poor(has=4)")
            await expect(page.locator(".hk-dbg-where")).to_contain_text("Bank.deposit, line 14")
            await assert_no_barriers(page)
            await _shoot(page, "explorer-debugger")
            await page.get_by_role("button", name="Close").press("Enter")
            await expect(opened).to_be_focused()
            bank.ask(
                "eth_sendTransaction", {"from": bank.accounts["alice"], "to": bank.accounts["carol"], "value": "0x5"}
            )
            await page.get_by_role("button", name="Refresh").press("Enter")
            await expect(page.get_by_text("Alice sent ether to Carol")).to_be_visible()
            await expect(table).to_be_visible()

    asyncio.run(visit())


async def _shoot(page, name):
    if folder := os.environ.get("DEBUGGER_SHOTS"):
        for width in (1280, 400):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
