"""The cheat codes themselves: what each does to the session and the state, by the selector that it is called with."""

from collections.abc import Callable
from typing import Any

import eth_abi.abi
from eth.abc import ComputationAPI
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_typing import Address

from evmbox.chain.words import printable
from evmbox.cheats.session import ExpectedEvent, ExpectedRevert, Place, Prank, Session

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MAX_LABELS = 256


class CheatRefused(Exception):
    """A cheat code can't do what it was asked; the message is for the learner."""


Code = Callable[..., bytes | None]
_CODES: dict[bytes, tuple[list[str], Code]] = {}


def run(session: Session, computation: ComputationAPI, data: bytes) -> bytes:
    """Do what a call of the cheat address asks, from the frame of `computation`; return what the call returns.

    Raises `CheatRefused`.
    """
    known = _CODES.get(data[:4])
    if known is None:
        raise CheatRefused(f"There is no such cheat code here (0x{data[:4].hex()}); `vm` in Test.sol lists all.")
    types, code = known
    try:
        arguments = eth_abi.abi.decode(types, data[4:])
    except (DecodingError, OverflowError, ValueError) as error:
        raise CheatRefused("The arguments of a cheat code can't be read.") from error
    return code(session, computation, *arguments) or b""


def place_of(computation: ComputationAPI) -> Place:
    """Return the frame that a computation is."""
    return Place(computation.msg.storage_address, computation.msg.depth)


def _cheat(*signatures: str) -> Callable[[Code], Code]:
    def register(code: Code) -> Code:
        for signature in signatures:
            types = signature[signature.index("(") + 1 : -1]
            read_as = types.replace("string", "bytes")  # a text may be no UTF-8
            _CODES[keccak(signature.encode())[:4]] = (read_as.split(",") if types else [], code)
        return code

    return register


@_cheat("prank(address)", "prank(address,address)")
def _prank(session: Session, computation: ComputationAPI, sender: str, origin: str | None = None) -> None:
    _begin_prank(session, computation, sender, origin, once=True)


@_cheat("startPrank(address)", "startPrank(address,address)")
def _start_prank(session: Session, computation: ComputationAPI, sender: str, origin: str | None = None) -> None:
    _begin_prank(session, computation, sender, origin, once=False)


def _begin_prank(session: Session, computation: ComputationAPI, sender: str, origin: str | None, *, once: bool) -> None:
    running = session.setting.prank
    if running is not None and running.once:
        raise CheatRefused("`vm.prank` was called before, and no call came after it.")
    if running is not None and once:
        raise CheatRefused("`vm.prank` inside of `vm.startPrank`: call `vm.stopPrank()` first.")
    session.set(prank=Prank(place_of(computation), _raw(sender), _raw(origin) if origin else None, once))


@_cheat("stopPrank()")
def _stop_prank(session: Session, _: ComputationAPI) -> None:
    session.set(prank=None)


@_cheat("deal(address,uint256)")
def _deal(_: Session, computation: ComputationAPI, account: str, balance: int) -> None:
    computation.state.set_balance(_raw(account), balance)


@_cheat("warp(uint256)")
def _warp(session: Session, _: ComputationAPI, timestamp: int) -> None:
    session.set(timestamp=timestamp)


@_cheat("roll(uint256)")
def _roll(session: Session, _: ComputationAPI, number: int) -> None:
    session.set(number=number)


@_cheat("expectRevert()")
def _expect_any_revert(session: Session, computation: ComputationAPI) -> None:
    _expect_revert(session, ExpectedRevert(place_of(computation)))


@_cheat("expectPartialRevert(bytes4)")
def _expect_error(session: Session, computation: ComputationAPI, selector: bytes) -> None:
    _expect_revert(session, ExpectedRevert(place_of(computation), selector=selector))


@_cheat("expectRevert(bytes4)", "expectRevert(bytes)")
def _expect_data(session: Session, computation: ComputationAPI, data: bytes) -> None:
    _expect_revert(session, ExpectedRevert(place_of(computation), data=data))


def _expect_revert(session: Session, expected: ExpectedRevert) -> None:
    if session.expected_revert is not None:
        raise CheatRefused("`vm.expectRevert` was called before, and no call came after it.")
    session.expected_revert = expected


@_cheat("expectEmit()")
def _expect_event(session: Session, computation: ComputationAPI) -> None:
    session.expected_event = ExpectedEvent(place_of(computation))


@_cheat("expectEmit(address)")
def _expect_event_of(session: Session, computation: ComputationAPI, emitter: str) -> None:
    session.expected_event = ExpectedEvent(place_of(computation), emitter=_raw(emitter))


@_cheat("expectEmit(bool,bool,bool,bool)", "expectEmit(bool,bool,bool,bool,address)")
def _expect_parts(session: Session, computation: ComputationAPI, *compared: Any) -> None:
    emitter = _raw(compared[4]) if len(compared) > 4 else None
    one, two, three, data = compared[:4]
    session.expected_event = ExpectedEvent(place_of(computation), (one, two, three, data), emitter)


@_cheat("assume(bool)")
def _assume(session: Session, _: ComputationAPI, condition: bool) -> None:
    if not condition:
        session.dropped = True
        raise CheatRefused("This input was dropped.")


@_cheat("label(address,string)")
def _label(session: Session, _: ComputationAPI, account: str, name: bytes) -> None:
    if len(session.setting.labels) < MAX_LABELS:
        text = printable(name.decode("utf-8", "backslashreplace"), limit=32)
        session.set(labels={**session.setting.labels, _raw(account): text})


@_cheat("addr(uint256)")
def _addr(_: Session, __: ComputationAPI, key: int) -> bytes:
    return eth_abi.abi.encode(["address"], [_private(key).public_key.to_canonical_address()])


@_cheat("sign(uint256,bytes32)")
def _sign(_: Session, __: ComputationAPI, key: int, digest: bytes) -> bytes:
    signature = _private(key).sign_msg_hash(digest)
    parts = (27 + signature.v, signature.r.to_bytes(32, "big"), signature.s.to_bytes(32, "big"))
    return eth_abi.abi.encode(["uint8", "bytes32", "bytes32"], parts)


def _private(key: int) -> PrivateKey:
    if not 0 < key < CURVE_ORDER:
        raise CheatRefused("This is no private key: it is 0, or not below the order of secp256k1.")
    return PrivateKey(key.to_bytes(32, "big"))


def _raw(address: str) -> Address:
    return Address(bytes.fromhex(address[2:]))
