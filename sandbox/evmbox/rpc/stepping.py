"""A transaction as the classroom's debugger reads it: calls, variables, gas, and its instructions by page.

It is the tracer `stepTracer`. With `compiled`, what `evmbox.compiler.carrying` carries, it tells lines and variables by
name; without, instructions only.
"""

from typing import Any

from pydantic import ValidationError

from evmbox.chain.abi import checksummed
from evmbox.chain.accounts import KEYS, NAMES
from evmbox.chain.recorder import NO_STEPS, Wanted
from evmbox.compiler import Compilation
from evmbox.compiler.carrying import carried
from evmbox.rpc.errors import invalid
from evmbox.rpc.node import Mined, Node, Sealed
from evmbox.trace import Trace
from evmbox.traces import MAX_STEPS, Window

STEP_TRACER = "stepTracer"
_NAMES = {key.public_key.to_checksum_address(): name.capitalize() for name, key in zip(NAMES, KEYS, strict=True)}


def steps_of(node: Node, sealed: Sealed, mined: Mined, config: Any) -> dict[str, Any]:
    """Return what is wanted of a transaction, in the forms of `evmbox.traces`. Raises `RpcError`."""
    config = dict(config)
    compiled = config.pop("compiled", None)
    names = config.pop("names", {})
    try:
        window = Window.model_validate(config)
        compilation = Compilation() if compiled is None else carried(compiled)
        known = _NAMES | {checksummed(bytes.fromhex(each[2:])): str(name) for each, name in dict(names).items()}
    except ValidationError as error:
        raise invalid(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None
    except (ValueError, TypeError) as error:
        raise invalid(f"what was compiled, or the names, cannot be read: {error}") from None
    shown = range(window.offset, window.offset + window.limit)
    wanted = Wanted(steps=MAX_STEPS, stack=shown, memory=shown if window.memory else NO_STEPS)
    recorded = node.record(sealed, mined, wanted)
    try:
        trace = Trace(recorded, compilation, known.get, gas_used=mined.gas_used)
        return {
            "summary": trace.summary().model_dump(mode="json") if window.summary else None,
            "page": trace.page(window.offset, window.limit).model_dump(mode="json"),
            "outline": trace.outline().model_dump(mode="json") if window.outline else None,
        }
    except (LookupError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
        if compiled is None:
            raise
        raise invalid(f"what was compiled is not what solc gives: {type(error).__name__}") from None
