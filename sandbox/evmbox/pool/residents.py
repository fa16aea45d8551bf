"""An interactive chain in a process of its own: what the process does, and what is said to it and by it.

Both sides speak JSON, one message a line, one answer to each question. The process is told no more than its seed and
bounds; what has happened on its chain before, it is told by having it replayed.
"""

import signal
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from socket import socket
from typing import Any

from pydantic import Field

from evmbox.checks.expectations import EXHAUSTED
from evmbox.pool.jobs import Finished, Send
from evmbox.report import Data
from evmbox.rpc import Bounds, Call, Entry, Node, RpcError, perform, replay
from evmbox.rpc.errors import LIMIT_EXCEEDED

MAX_ANSWER_BYTES = 3 * 1024**2
OVERTIME_S = 2.0
"""How long after its time limit a process ends itself, should nobody else."""

_INITCODE = "0x600a600c600039600a6000f3602a60005260206000f3"
"""Deploys a contract that returns 42."""


class Question(Data):
    """A call to be performed, or entries of a journal to be replayed."""

    method: str = ""
    params: list[Any] | dict[str, Any] = Field(default_factory=list)
    replay: list[tuple[str, list[Any]]] | None = None
    limit_s: float


class Fault(Data):
    """An error as JSON-RPC has it."""

    code: int
    message: str
    data: Any = None


class Answer(Data):
    """What a question came to. `entry` is for the journal; `broke` names a fault of ours, and where it is."""

    result: Any = None
    error: Fault | None = None
    entry: tuple[str, list[Any]] | None = None
    broke: str | None = None


@dataclass(frozen=True)
class ChainJob:
    """Keep a chain and answer questions about it."""

    seed: int
    bounds: Bounds

    def run(self, send: Send) -> Finished:  # noqa: ARG002 - there is nothing to tell on the way
        """Play a little on a chain of its own, so that what every chain needs is there."""
        node, again = Node(self.seed, self.bounds), Node(self.seed, self.bounds)
        sender, to, *_ = perform(node, Call("eth_accounts", []))[0]
        for order in ({"to": to, "value": "0x1"}, {"data": _INITCODE}):
            sent, _ = perform(node, Call("eth_sendTransaction", [{"from": sender, **order}]))
            receipt, _ = perform(node, Call("eth_getTransactionReceipt", [sent]))
            raw, _ = perform(node, Call("eth_getRawTransactionByHash", [sent]))
            replay(again, ("eth_sendRawTransaction", [raw]))
        perform(node, Call("eth_call", [{"to": receipt["contractAddress"]}]))
        perform(node, Call("eth_getBlockByNumber", ["latest", True]))
        perform(node, Call("eth_getLogs", [{"fromBlock": "earliest"}]))
        return Finished()

    def reside(self, channel: socket) -> None:
        """Answer questions until the channel is closed, or one of them exhausts this process."""
        node = Node(self.seed, self.bounds)
        channel.sendall(_line(Answer()))
        with channel.makefile("rb") as questions:
            for line in questions:
                question = Question.model_validate_json(line)
                signal.setitimer(signal.ITIMER_REAL, question.limit_s + OVERTIME_S)  # its signal ends the process
                try:
                    answer = _line(_answer(node, question))
                except EXHAUSTED:
                    return
                signal.setitimer(signal.ITIMER_REAL, 0)
                channel.sendall(answer)


def _answer(node: Node, question: Question) -> Answer:
    try:
        if question.replay is not None:
            _replay(node, question.replay)
            return Answer()
        result, entry = perform(node, Call(question.method, question.params))
        return Answer(result=result, entry=entry)
    except RpcError as error:
        return Answer(error=Fault(code=error.code, message=error.message, data=error.data))
    except EXHAUSTED:
        raise
    except Exception as error:  # noqa: BLE001 - our own fault, which must not be taken for the learner's
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return Answer(broke=f"{type(error).__name__} at {frame.filename}:{frame.lineno}")


def _replay(node: Node, entries: Sequence[Entry]) -> None:
    for entry in entries:
        replay(node, entry)


def _line(answer: Answer) -> bytes:
    line = answer.model_dump_json(exclude_none=True).encode() + b"\n"
    if len(line) > MAX_ANSWER_BYTES:
        message = f"The answer has {len(line):,} bytes; {MAX_ANSWER_BYTES:,} are allowed. Ask for less at a time."
        return _line(Answer(error=Fault(code=LIMIT_EXCEEDED, message=message)))
    return line
