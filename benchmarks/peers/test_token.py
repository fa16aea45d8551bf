"""The peer: the checks of `token_web3` as tests of pytest, compiled with the same npm solc in one Node process per run.

Reads the source from CONTRACT.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from token_web3 import CHECKS, Deployed

SANDBOX = Path(__file__).parents[2] / "sandbox"
SCRIPT = "process.stdout.write(require('solc').compile(require('fs').readFileSync(0, 'utf8')))"


@pytest.fixture(scope="session")
def artifact():
    request = {
        "language": "Solidity",
        "sources": {"Token.sol": {"content": Path(os.environ["CONTRACT"]).read_text()}},
        "settings": {"evmVersion": "prague", "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}}},
    }
    answer = subprocess.run(
        ["node", "-e", SCRIPT], input=json.dumps(request), cwd=SANDBOX, capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)["contracts"]["Token.sol"]["Token"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_token(check, artifact):
    check(Deployed(artifact["abi"], bytes.fromhex(artifact["evm"]["bytecode"]["object"])))
