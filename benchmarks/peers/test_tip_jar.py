"""The peer: the checks of `tip-jar` as they are usually written, with pytest, eth-tester and web3.py, a chain per test.

Reads the source from CONTRACT and compiles it with the same npm solc, as `solcjs` does: one Node process per run.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest
from web3 import EthereumTesterProvider, Web3

SANDBOX = Path(__file__).parents[2] / "sandbox"
SCRIPT = "process.stdout.write(require('solc').compile(require('fs').readFileSync(0, 'utf8')))"


@pytest.fixture(scope="session")
def artifact():
    request = {
        "language": "Solidity",
        "sources": {"TipJar.sol": {"content": Path(os.environ["CONTRACT"]).read_text()}},
        "settings": {
            "evmVersion": "prague",
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
        },
    }
    answer = subprocess.run(
        ["node", "-e", SCRIPT], input=json.dumps(request), cwd=SANDBOX, capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)["contracts"]["TipJar.sol"]["TipJar"]


@pytest.fixture
def w3():
    return Web3(EthereumTesterProvider())


@pytest.fixture
def jar(w3, artifact):
    factory = w3.eth.contract(abi=artifact["abi"], bytecode=artifact["evm"]["bytecode"]["object"])
    receipt = w3.eth.wait_for_transaction_receipt(factory.constructor().transact({"from": w3.eth.accounts[0]}))
    return w3.eth.contract(address=receipt["contractAddress"], abi=artifact["abi"])


def tip(w3, jar, account, value, note="thanks"):
    return w3.eth.wait_for_transaction_receipt(jar.functions.tip(note).transact({"from": account, "value": value}))


def test_anyone_may_tip_any_amount(w3, jar):
    for account, value in zip(w3.eth.accounts[1:4], (1, 10**18, 12_345), strict=True):
        assert tip(w3, jar, account, value, note="")["status"] == 1
    assert w3.eth.get_balance(jar.address) == 10**18 + 12_346


def test_a_tip_without_ether_is_refused(w3, jar):
    with pytest.raises(Exception, match="revert"):
        tip(w3, jar, w3.eth.accounts[1], 0)
    assert jar.functions.total().call() == 0


def test_total_is_the_sum_of_all_tips(w3, jar):
    for account, value in zip(w3.eth.accounts[1:4], (7, 10**18, 7), strict=True):
        tip(w3, jar, account, value)
    assert jar.functions.total().call() == 10**18 + 14


def test_total_outlives_a_withdrawal(w3, jar):
    tip(w3, jar, w3.eth.accounts[1], 500)
    jar.functions.withdraw().transact({"from": w3.eth.accounts[0]})
    tip(w3, jar, w3.eth.accounts[2], 20)
    assert jar.functions.total().call() == 520


def test_the_owner_gets_everything(w3, jar):
    tip(w3, jar, w3.eth.accounts[1], 10**18)
    before = w3.eth.get_balance(w3.eth.accounts[0])
    receipt = w3.eth.wait_for_transaction_receipt(jar.functions.withdraw().transact({"from": w3.eth.accounts[0]}))
    fee = receipt["gasUsed"] * receipt["effectiveGasPrice"]
    assert w3.eth.get_balance(w3.eth.accounts[0]) == before + 10**18 - fee
    assert w3.eth.get_balance(jar.address) == 0


def test_a_stranger_is_refused(w3, jar):
    tip(w3, jar, w3.eth.accounts[1], 10**18)
    with pytest.raises(Exception, match=r"0x245aecd3|NotOwner|revert"):
        jar.functions.withdraw().transact({"from": w3.eth.accounts[2]})
    assert w3.eth.get_balance(jar.address) == 10**18
