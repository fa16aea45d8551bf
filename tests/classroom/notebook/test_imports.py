"""A kernel is started for every visitor, so what it imports is counted."""

import subprocess
import sys

from classroom import notebook

HEAVY = ("web3", "eth_tester", "eth", "eth_abi", "sqlmodel", "sqlalchemy", "fastapi", "huey", "hypothesis", "solcx")


def test_a_kernel_imports_nothing_of_the_server_or_the_chain() -> None:
    code = "import classroom.notebook, sys; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    imported = ran.stdout.split()
    assert "classroom.notebook.client" in imported
    assert [name for name in HEAVY if name in imported] == []
    ours = {name for name in imported if name.partition(".")[0] in {"classroom", "evmbox"}}
    allowed = (
        "classroom.notebook",
        "classroom.client",
        "classroom.schemas",
        "classroom.errors",
        "evmbox.report",
        "evmbox.steps",
        "evmbox.traces",
        "evmbox.isolation.tier",
    )
    packages = {"classroom", "evmbox", "evmbox.isolation"}  # empty, or loading on demand
    assert [name for name in sorted(ours - packages) if not name.startswith(allowed)] == []


def test_every_public_name_is_there() -> None:
    assert sorted(notebook.__all__) == notebook.__all__
    assert all(getattr(notebook, name) is not None for name in notebook.__all__)
