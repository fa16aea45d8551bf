"""What happened inside a transaction, in the forms of geth. A long one is asked for with a `limit`.

Source: https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers
"""

from typing import Any

from eth_typing import Hash32
from pydantic import ValidationError

from evmbox.chain.recorder import Wanted
from evmbox.chain.recorder.geth import StructLogOptions, call_tracer, struct_logs
from evmbox.rpc.errors import SERVER_ERROR, RpcError, invalid
from evmbox.rpc.node import Node
from evmbox.rpc.registry import Optional, method
from evmbox.rpc.stepping import STEP_TRACER, steps_of
from evmbox.rpc.values import anything, hash32

CALL_TRACER = "callTracer"


@method("debug_traceTransaction", hash32, Optional(anything))
def trace_transaction(node: Node, transaction: Hash32, options: Any) -> dict[str, Any]:
    """Return a transaction's steps, with the tracer `callTracer` its calls, with `stepTracer` what a debugger shows."""
    found = node.find(transaction)
    if found is None:
        raise RpcError(SERVER_ERROR, "transaction not found")
    sealed, index = found
    mined = sealed.transactions[index]
    options = {} if options is None else options
    if not isinstance(options, dict):
        raise invalid("the options of a tracer are an object")
    tracer = options.get("tracer")
    config = options.get("tracerConfig") or {}
    if not isinstance(config, dict):
        raise invalid("tracerConfig is an object")
    if tracer == STEP_TRACER:
        return steps_of(node, sealed, mined, config)
    if tracer == CALL_TRACER:
        return call_tracer(
            node.record(sealed, mined, Wanted()),
            gas_limit=mined.transaction.gas,
            gas_used=mined.gas_used,
            only_top_call=config.get("onlyTopCall") is True,
            with_log=config.get("withLog") is True,
        )
    if tracer is not None:
        raise invalid(
            f"there is no such tracer here; leave it out for struct logs, or take {CALL_TRACER} or {STEP_TRACER}"
        )
    try:
        wanted = StructLogOptions.model_validate(options)
    except ValidationError as error:
        raise invalid(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None
    return struct_logs(node.record(sealed, mined, wanted.wanted), gas_used=mined.gas_used, options=wanted)
