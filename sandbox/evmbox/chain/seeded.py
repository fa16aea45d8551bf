"""Numbers that a seed and a label decide: each learner's own, and always the same."""

from eth_hash.auto import keccak


def number(seed: int, label: str, low: int, high: int) -> int:
    """Return the number from `low` to `high` that belongs to this seed and label."""
    digest = keccak(f"{seed} {label}".encode()) + keccak(f"{label} {seed}".encode())
    return low + int.from_bytes(digest, "big") % (high - low + 1)
