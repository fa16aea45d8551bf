"""Foundry from npm in a folder of its own: nothing of it is kept, and it asks the network for nothing afterwards."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from evmbox.compiler.imports import NODE_MODULES
from evmbox.compiler.node import find_node

HERE = Path(__file__).parent
VERSION = "1.7.1"
COMPILE = "process.stdout.write(require(process.argv[1]).compile(require('fs').readFileSync(0, 'utf8')))"
SETTINGS = """
[profile.default]
solc = {solc}
offline = true
optimizer = false
evm_version = "prague"
"""


def install(folder: Path, *tools: str) -> dict[str, Path]:
    """Install tools such as `forge` with npm; give the programs themselves, without the script that starts them."""
    packages = [f"@foundry-rs/{tool}@{VERSION}" for tool in tools]
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", *packages]
    subprocess.run(command, check=True, capture_output=True)
    found = {path.name: path for path in folder.glob("node_modules/@foundry-rs/*/bin/*")}
    return {tool: found[tool] for tool in tools}


def wrap_solc(path: Path) -> None:
    """Write solc's command line over the npm package: a Node process for each compile, and none to tell the version."""
    node, package = str(find_node()), str(NODE_MODULES / "solc")
    asked = [node, "-p", "require(process.argv[1]).version()", package]
    version = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    said = f"solc, the solidity compiler commandline interface\nVersion: {version}"
    script = (
        f'[ "$1" = --version ] && exec echo {shlex.quote(said)}\nexec {shlex.join([node, "-e", COMPILE, package])}\n'
    )
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o700)


class Project:
    """A project of forge with the token and its tests."""

    def __init__(self, folder: Path, forge: Path, source: str) -> None:
        self.folder, self.forge, self.source = folder, forge, source
        self.environment = {**os.environ, "HOME": str(folder)}
        for name in ("src", "test"):
            (folder / name).mkdir(parents=True)
        wrap_solc(folder / "solc")
        (folder / "foundry.toml").write_text(SETTINGS.format(solc=json.dumps(str(folder / "solc"))))
        shutil.copy(HERE / "Token.t.sol", folder / "test")
        self.change("")

    def change(self, mark: str) -> None:
        """Write the source with another comment."""
        (self.folder / "src/Token.sol").write_text(self.source + mark)

    def test(self, *, compiles: bool) -> None:
        """Run `forge test`, which has to pass, and to compile or not."""
        command = [str(self.forge), "test"]
        run = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True)
        assert "6 passed; 0 failed" in run.stdout, run.stdout
        assert ("compilation skipped" not in run.stdout) is compiles, run.stdout
