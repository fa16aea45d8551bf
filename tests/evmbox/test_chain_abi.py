"""Encoding and decoding by the ABI: whatever bytes come back, a value or a learner's error, and nothing else."""

import contextlib
from typing import Any

import eth_abi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evmbox.chain.abi import Function, Interface, Mismatch, Parameter, canonical, decode, encode
from evmbox.chain.errors import BadReturn
from evmbox.chain.values import Struct

OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "uint256": st.integers(0, 2**256 - 1),
    "uint8": st.integers(0, 255),
    "int24": st.integers(-(2**23), 2**23 - 1),
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    "bool": st.booleans(),
    "bytes": st.binary(max_size=70),
    "bytes4": st.binary(min_size=4, max_size=4),
    "string": st.text(max_size=40),
}


@st.composite
def parameters(draw: st.DrawFn, depth: int = 2) -> Parameter:
    """Draw a parameter of any shape."""
    if depth and draw(st.booleans()):
        components = draw(st.lists(parameters(depth - 1), min_size=1, max_size=3))
        named = tuple(Parameter(f"f{place}", each.type, each.components) for place, each in enumerate(components))
        kind, parts = f"({','.join(each.type for each in named)})", named
    else:
        kind, parts = draw(st.sampled_from(sorted(OF_TYPE))), ()
    return Parameter("p", kind + draw(st.sampled_from(["", "", "[]", "[2]", "[][1]"])), parts)


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Draw a value that fits."""
    element = parameter.element
    if element is not None:
        length = parameter.length
        return st.lists(values(element), min_size=length or 0, max_size=3 if length is None else length)
    if parameter.components:
        return st.tuples(*(values(each) for each in parameter.components))
    return OF_TYPE[parameter.type]


def plain(value: Any) -> Any:
    """Return a value with lists and tuples alike, and addresses in lower case."""
    if isinstance(value, list | tuple | Struct):
        return [plain(each) for each in value]
    return value.lower() if isinstance(value, str) and value.startswith("0x") else value


@settings(deadline=None)
@given(data=st.data())
def test_every_value_comes_back_as_it_went_in(data: st.DataObject):
    shape = data.draw(st.lists(parameters(), max_size=3))
    given_values = [data.draw(values(each)) for each in shape]
    encoded = encode(shape, given_values, lambda value: value)
    assert encoded == eth_abi.encode([each.type for each in shape], given_values)
    assert plain(decode(shape, encoded)) == plain(given_values)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_return_data_is_a_value_or_a_learners_error(data: st.DataObject):
    shape = data.draw(parameters())
    words = st.integers(0, 2**256 - 1) | st.integers(0, 320) | st.sampled_from([32, 64, 2**255, 2**256 - 1])
    raw = b"".join(word.to_bytes(32, "big") for word in data.draw(st.lists(words, max_size=12)))
    raw = raw[: len(raw) - data.draw(st.integers(0, 31))]
    function = Function("f", (), (shape,), "view")
    with contextlib.suppress(BadReturn):
        function.result(raw)


def test_a_type_that_nothing_can_encode_is_a_mismatch():
    storage = Parameter("s", "Lib.S storage")
    with pytest.raises(Mismatch):
        encode([storage], [1], lambda value: value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("set(uint)", "set(uint256)"),
        ("set( uint , int[] )", "set(uint256,int256[])"),
        ("set((uint8,uint)[2])", "set((uint8,uint256)[2])"),
    ],
)
def test_a_signature_is_read_as_the_abi_writes_it(written: str, meant: str):
    assert canonical(written) == meant


def test_an_interface_knows_whether_it_takes_plain_ether():
    fallback = {"type": "fallback", "stateMutability": "payable"}
    assert Interface([{"type": "receive", "stateMutability": "payable"}]).takes_plain_ether
    assert Interface([fallback]).takes_plain_ether
    assert not Interface([{**fallback, "stateMutability": "nonpayable"}]).takes_plain_ether
    assert not Interface([]).takes_plain_ether
