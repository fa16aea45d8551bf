"""Any bytes at all get a well-formed JSON-RPC answer."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evmbox.rpc import METHODS, Bounds, Node, parse, perform, respond
from evmbox.rpc.wire import MAX_BATCH

NODE = Node(bounds=Bounds(blocks=200))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
HEX = st.from_regex(r"\A0x[0-9a-f]{0,70}\Z") | st.sampled_from(
    [
        "latest",
        "pending",
        "0x0",
        "0x1",
        "0x",
        f"0x{'11' * 20}",
        f"0x{'22' * 32}",
        "0x5ED4F8C48a1547328dda47C1A45515fC24fb8A70",
    ]
)
VALUES = st.recursive(
    SCALARS | HEX,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["from", "to", "value", "gas", "data", "input", "nonce", "gasPrice", "maxFeePerGas", "accessList", "balance",
     "authorizationList", "fromBlock", "toBlock", "blockHash", "address", "topics", "state", "stateDiff", "blockNumber"]
)  # fmt: skip
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5) | st.dictionaries(HEX, st.dictionaries(NAMES, HEX, max_size=3))
METHOD_NAMES = st.sampled_from(sorted(METHODS))
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | VALUES,
        "id": st.integers(0, 9) | VALUES,
        "method": METHOD_NAMES | VALUES,
        "params": VALUES,
    },
)


def ask(body: bytes) -> Any:
    answer = respond(parse(body), lambda call: perform(NODE, call)[0])
    return json.loads(answer) if answer else None


def call(method: str, *params: Any, **more: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params, **more}).encode()


def check(answer: Any) -> None:
    """Check that an answer is what the specification calls a response."""
    assert answer["jsonrpc"] == "2.0"
    assert ("result" in answer) != ("error" in answer)
    assert answer["id"] is None or isinstance(answer["id"], str | int | float)
    if "error" in answer:
        assert isinstance(answer["error"]["code"], int)
        assert isinstance(answer["error"]["message"], str)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.binary() | VALUES.map(lambda value: json.dumps(value).encode()) | REQUESTS.map(lambda r: json.dumps(r).encode())
)
def test_any_bytes_get_a_well_formed_answer(body: bytes) -> None:
    answer = ask(body)
    for each in answer if isinstance(answer, list) else [answer]:
        if each is not None:
            check(each)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(METHOD_NAMES, st.lists(HEX | OBJECTS | VALUES, max_size=4))
def test_any_parameters_of_any_method_get_a_well_formed_answer(method: str, params: list[Any]) -> None:
    check(ask(call(method, *params)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc": "2.0", "id": NaN}', -32700),
        (b'{"jsonrpc": "2.0", "id": 1e999, "method": "eth_chainId"}', -32700),
        (b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "eth_chainId"}', -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"1", -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "eth_chainId"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1}', -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "eth_chainId"}', -32600),
        (b'{"jsonrpc": "2.0", "id": true, "method": "eth_chainId"}', -32600),
        (b'{"jsonrpc": "2.0", "id": ' + b"9" * 30 + b', "method": "eth_chainId"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": 3}', -32600),
        (call("eth_nonsense"), -32601),
        (call("eth_getBalance"), -32602),
        (call("eth_getBalance", "0x12"), -32602),
        (call("eth_getBalance", f"0x{'11' * 20}", "0x01"), -32602),
        (call("eth_getBalance", f"0x{'11' * 20}", 1), -32602),
        (call("eth_getBalance", f"0x{'11' * 20}", True), -32602),
        (call("eth_getBalance", f"0x{'11' * 20}", "latest", "more"), -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": {"a": 1}}', -32602),
        (call("eth_getBalance", f"0x{'11' * 20}", "0xffff"), -32000),
        (call("eth_sendRawTransaction", "0x02"), -32003),
        (call("anvil_setNonce", f"0x{'11' * 20}", "0xffffffffffffffff"), -32602),
        (call("eth_call", {"data": "0x60006000fd"}), 3),
        (json.dumps([{}] * (MAX_BATCH + 1)).encode(), -32005),
    ],
)
def test_what_is_wrong_is_told_by_its_code(body: bytes, code: int) -> None:
    answer = ask(body)
    check(answer)
    assert answer["error"]["code"] == code


def test_a_batch_is_answered_in_order_and_a_notification_by_nothing() -> None:
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId"},
        {"jsonrpc": "2.0", "method": "eth_blockNumber"},
        {"jsonrpc": "2.0", "id": None, "method": "nonsense"},
        17,
    ]
    answers = ask(json.dumps(batch).encode())
    assert [answer["id"] for answer in answers] == ["a", None, None]
    assert answers[0]["result"] == hex(31337)
    assert [answer["error"]["code"] for answer in answers[1:]] == [-32601, -32600]
    assert ask(json.dumps(batch[1:2]).encode()) is None
    assert ask(json.dumps(batch[1]).encode()) is None


def test_nothing_that_was_sent_comes_back_in_an_error() -> None:
    assert "canary" not in json.dumps(ask(call("canary " * 20)))
    assert "canary" not in json.dumps(ask(call("eth_call", {"canary " * 20: 1})))
