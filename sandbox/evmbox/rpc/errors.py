"""What a JSON-RPC answer says where there is no result: a code, a message, sometimes data.

The codes are those of JSON-RPC 2.0 and EIP-1474; 3 with the revert's data is what geth and its likes answer to a call
that reverts, and what libraries look for.
"""

from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
NOT_FOUND = -32001
UNAVAILABLE = -32002
REJECTED = -32003
NOT_SUPPORTED = -32004
LIMIT_EXCEEDED = -32005
REVERTED = 3


class RpcError(Exception):
    """What was asked cannot be answered; `data` is JSON."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, Any]:
        """Return the error object of a response."""
        error = {"code": self.code, "message": self.message}
        return error if self.data is None else {**error, "data": self.data}


def invalid(message: str) -> RpcError:
    """Make the error for parameters that do not fit."""
    return RpcError(INVALID_PARAMS, message)


def rejected(message: str) -> RpcError:
    """Make the error for a transaction that no block would take."""
    return RpcError(REJECTED, message)


def not_supported(message: str) -> RpcError:
    """Make the error for what this chain does not do; the message says what it does instead."""
    return RpcError(NOT_SUPPORTED, message)
