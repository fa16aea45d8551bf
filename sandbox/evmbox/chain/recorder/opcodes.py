"""The opcodes that mean something to a recorder, and the names of all. Source: the Yellow Paper, appendix H."""

from eth.vm import opcode_values

STOP, KECCAK256, JUMP, JUMPDEST = 0x00, 0x20, 0x56, 0x5B
SLOAD, SSTORE, TLOAD, TSTORE = 0x54, 0x55, 0x5C, 0x5D
LOGS = range(0xA0, 0xA5)
CALLS = {0xF1: "CALL", 0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xFA: "STATICCALL"}
CREATES = {0xF0: "CREATE", 0xF5: "CREATE2"}

_RENAMED = {"SHA3": "KECCAK256", "DIFFICULTY": "PREVRANDAO"}
MNEMONICS: dict[int, str] = {
    number: _RENAMED.get(name, name)
    for name, number in vars(opcode_values).items()
    if name.isupper() and isinstance(number, int)
}
"""The names of opcodes, as geth writes them."""
