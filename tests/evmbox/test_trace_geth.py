"""What `debug_traceTransaction` answers: geth's struct logs and its call tracer, on bytecode whose course is known."""

from collections.abc import Callable

import pytest

from evmbox.chain import Artifact, Chain, Ending
from evmbox.chain.engine import Execution, Message
from evmbox.chain.recorder import Recording, StructLogOptions, Wanted, call_tracer, recording, struct_logs


def creation(runtime: str) -> bytes:
    code = bytes.fromhex(runtime)
    return bytes.fromhex(f"61{len(code):04x}80600a5f395ff3") + code


def put(chain: Chain, runtime: str) -> bytes:
    created = chain.engine.transact(Message(chain.owner.raw, b"", creation(runtime), 0, 8_000_000)).created
    assert created is not None
    return created


def record(
    chain: Chain, address: bytes, wanted: Wanted, *, gas: int = 100_000, value: int = 0
) -> tuple[Execution, Recording]:
    with recording(chain.engine, wanted) as recorded:
        execution = chain.engine.transact(Message(chain.alice.raw, address, b"", value, gas))
    return execution, recorded


def test_a_step_has_the_fields_of_geth(chain: Chain) -> None:
    address = put(chain, "602a5f555f545f5260205ff3")
    options = StructLogOptions(enableMemory=True)
    execution, recorded = record(chain, address, options.wanted)
    traced = struct_logs(recorded, gas_used=execution.gas_used, options=options)
    assert {key: traced[key] for key in ("gas", "failed", "returnValue")} == {
        "gas": execution.gas_used,
        "failed": False,
        "returnValue": "0x" + (42).to_bytes(32, "big").hex(),
    }
    stored = {"0" * 64: f"{42:064x}"}
    assert traced["structLogs"] == [
        {"pc": 0, "op": "PUSH1", "gas": 79_000, "gasCost": 3, "depth": 1, "stack": []},
        {"pc": 2, "op": "PUSH0", "gas": 78_997, "gasCost": 2, "depth": 1, "stack": ["0x2a"]},
        {
            "pc": 3,
            "op": "SSTORE",
            "gas": 78_995,
            "gasCost": 22_100,
            "depth": 1,
            "stack": ["0x2a", "0x0"],
            "storage": stored,
        },
        {"pc": 4, "op": "PUSH0", "gas": 56_895, "gasCost": 2, "depth": 1, "stack": []},
        {"pc": 5, "op": "SLOAD", "gas": 56_893, "gasCost": 100, "depth": 1, "stack": ["0x0"], "storage": stored},
        {"pc": 6, "op": "PUSH0", "gas": 56_793, "gasCost": 2, "depth": 1, "stack": ["0x2a"]},
        {"pc": 7, "op": "MSTORE", "gas": 56_791, "gasCost": 6, "depth": 1, "stack": ["0x2a", "0x0"]},
        {"pc": 8, "op": "PUSH1", "gas": 56_785, "gasCost": 3, "depth": 1, "stack": [], "memory": [f"{42:064x}"]},
        {"pc": 10, "op": "PUSH0", "gas": 56_782, "gasCost": 2, "depth": 1, "stack": ["0x20"], "memory": [f"{42:064x}"]},
        {
            "pc": 11,
            "op": "RETURN",
            "gas": 56_780,
            "gasCost": 0,
            "depth": 1,
            "stack": ["0x20", "0x0"],
            "memory": [f"{42:064x}"],
        },
    ]


def test_options_leave_out_what_they_say(chain: Chain) -> None:
    address = put(chain, "602a5f5500")
    options = StructLogOptions(disableStack=True, disableStorage=True, limit=3)
    execution, recorded = record(chain, address, options.wanted)
    logs = struct_logs(recorded, gas_used=execution.gas_used, options=options)["structLogs"]
    assert [set(log) for log in logs] == [{"pc", "op", "gas", "gasCost", "depth"}] * 3


def test_the_step_that_cannot_be_paid_for_has_an_error(chain: Chain) -> None:
    address = put(chain, "61ffff51")
    options = StructLogOptions()
    execution, recorded = record(chain, address, options.wanted, gas=22_000)
    traced = struct_logs(recorded, gas_used=execution.gas_used, options=options)
    assert execution.ending is Ending.OUT_OF_GAS
    assert (traced["failed"], traced["returnValue"]) == (True, "0x")
    assert [log.get("error") for log in traced["structLogs"]] == [None, "out of gas"]


def test_a_revert_gives_its_data_and_no_error_at_the_step(chain: Chain) -> None:
    address = put(chain, "60ff5f5360015ffd")
    options = StructLogOptions()
    execution, recorded = record(chain, address, options.wanted)
    traced = struct_logs(recorded, gas_used=execution.gas_used, options=options)
    assert (traced["failed"], traced["returnValue"]) == (True, "0xff")
    assert not any("error" in log for log in traced["structLogs"])


def test_steps_of_a_call_are_one_deeper(chain: Chain) -> None:
    inner = put(chain, "60015f5500")
    outer = put(chain, f"5f5f5f5f5f73{inner.hex()}5af100")
    execution, recorded = record(chain, outer, StructLogOptions().wanted)
    logs = struct_logs(recorded, gas_used=execution.gas_used)["structLogs"]
    assert [log["depth"] for log in logs] == [1] * 8 + [2] * 4 + [1]
    left, cost = logs[7]["gas"], logs[7]["gasCost"]
    assert cost == 2600 + (left - 2600) - (left - 2600) // 64  # EIP-2929, EIP-150
    assert logs[8]["gas"] == cost - 2600
    assert logs[12]["gas"] == left - 2600 - 22_105  # what the callee used


def test_the_call_tracer_gives_a_tree(chain: Chain) -> None:
    inner = put(chain, "5f5fa05f5ffd")
    logging = put(chain, "5f5fa000")
    outer = put(chain, f"5f5f5f5f600173{logging.hex()}5af15f5f5f5f73{inner.hex()}5af400")
    execution, recorded = record(chain, outer, Wanted(), value=1)
    traced = call_tracer(recorded, gas_limit=100_000, gas_used=execution.gas_used, with_log=True)
    assert {key: traced[key] for key in ("type", "from", "to", "value", "gas", "gasUsed", "input")} == {
        "type": "CALL",
        "from": "0x" + chain.alice.raw.hex(),
        "to": "0x" + outer.hex(),
        "value": "0x1",
        "gas": hex(100_000),
        "gasUsed": hex(execution.gas_used),
        "input": "0x",
    }
    first, second = traced["calls"]
    assert (first["type"], first["to"], first["value"]) == ("CALL", "0x" + logging.hex(), "0x1")
    assert first["logs"] == [{"address": "0x" + logging.hex(), "topics": [], "data": "0x"}]
    assert (second["type"], second["error"]) == ("DELEGATECALL", "execution reverted")
    assert "logs" not in second
    assert "calls" not in call_tracer(recorded, gas_limit=100_000, gas_used=1, only_top_call=True)


def test_the_call_tracer_tells_the_reason_of_a_revert(chain: Chain, build: Callable[[str], Artifact]) -> None:
    artifact = build('contract C { function f() external pure { require(false, "no"); } }')
    contract = chain.deploy(artifact)
    data = bytes.fromhex("26121ff0")  # f()
    with recording(chain.engine) as recorded:
        chain.engine.transact(Message(chain.alice.raw, bytes.fromhex(contract.address[2:]), data, 0, 100_000))
    assert call_tracer(recorded, gas_limit=1, gas_used=1)["revertReason"] == "no"


@pytest.mark.parametrize("options", [{"limit": -1}, {"disableStack": "maybe"}])
def test_options_are_checked(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        StructLogOptions.model_validate(options)
