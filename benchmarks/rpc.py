"""From a signed transaction to its receipt over HTTP, beside stock eth-tester behind FastAPI, in one run.

Three servers, each a process of its own, asked in turns over a connection that is kept open:
  ours              the whole platform: bearer token and owner looked up, a chain in a process of its own, a journal
  stock             eth-tester in a FastAPI route, and nothing else; signatures in C (coincurve)
  stock, pure       the same as it is installed alone: signatures in pure Python
With --anvil also Foundry's anvil, the limit, from npm (needs the registry) in a temporary folder.

One measurement is two requests, eth_sendRawTransaction and eth_getTransactionReceipt, of a transfer signed before.
Prints medians in ms and ratios; asserts nothing about time, but every receipt must say that it went well.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from eth_account import Account
from fastapi import FastAPI, Request

PURE = "eth_keys.backends.NativeECCBackend"
GWEI = 10**9


def serve_ours(listener: socket.socket) -> None:
    """Serve the platform on an empty database, with one learner and one chain."""
    from classroom import accounts  # noqa: PLC0415 - the peer's process is to import nothing of ours
    from classroom.api.app import create_app  # noqa: PLC0415
    from classroom.db import Database  # noqa: PLC0415
    from classroom.models import CredentialKind  # noqa: PLC0415
    from classroom.settings import Settings  # noqa: PLC0415
    from evmbox.chain.accounts import key_of  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), portal_port=listener.getsockname()[1])
        database = Database(settings.database)
        database.migrate()
        with database.unit_of_work() as work:
            user = accounts.create_user(work.session, "lea")
            token = accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=timedelta(hours=1))
        say({"token": token, "key": key_of("alice").to_hex(), "chain_id": 31337})
        run(create_app(settings, enqueue=lambda _: None), listener)


def serve_peer(listener: socket.socket) -> None:
    """Serve eth-tester as one would in an afternoon."""
    from eth_tester import EthereumTester, PyEVMBackend  # noqa: PLC0415

    tester = EthereumTester(PyEVMBackend())
    methods = {
        "eth_sendRawTransaction": tester.send_raw_transaction,
        "eth_getTransactionReceipt": tester.get_transaction_receipt,
    }
    app = FastAPI()

    @app.post("/rpc")
    async def rpc(request: Request) -> dict[str, Any]:
        call = await request.json()
        return {"jsonrpc": "2.0", "id": call["id"], "result": methods[call["method"]](*call["params"])}

    say({"key": tester.backend.account_keys[0].to_hex(), "chain_id": tester.backend.chain.chain_id})
    run(app, listener)


def say(what: dict[str, Any]) -> None:
    """Tell the process that measures."""
    print(json.dumps(what), flush=True)


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until killed."""
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listener])


class Side:
    """One of the servers, and a client with an account on it."""

    def __init__(self, name: str, opened: ExitStack, *, backend: str | None = None) -> None:
        listener = opened.enter_context(socket.socket(proto=socket.IPPROTO_TCP))
        listener.bind(("127.0.0.1", 0))
        command = [sys.executable, __file__, "--serve", name, "--fd", str(listener.fileno())]
        environment = {**os.environ, **({"ECC_BACKEND_CLASS": backend} if backend else {})}
        listener.listen()
        process = opened.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=(listener.fileno(),), env=environment)
        )
        opened.callback(process.terminate)
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        self.account = Account.from_key(told["key"])
        self.chain_id = told["chain_id"]
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        headers = {"Authorization": f"Bearer {told['token']}"} if "token" in told else {}
        self.http = opened.enter_context(httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=120))
        self.path = "/rpc"
        if headers:
            self.path = self.http.post("/api/v1/chains", json={}).json()["rpc_path"]

    def sign(self, number: int) -> str:
        """Sign the transfer of that number."""
        fields = {"chainId": self.chain_id, "nonce": number, "gas": 21_000, "value": 1, "to": f"0x{'77' * 20}"}
        fees = {"maxFeePerGas": 10 * GWEI, "maxPriorityFeePerGas": GWEI}
        raw: str = self.account.sign_transaction({**fields, **fees}).raw_transaction.to_0x_hex()
        return raw

    def ask(self, method: str, *params: Any) -> Any:
        """Call a method."""
        answer = self.http.post(self.path, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()
        return answer["result"]

    def measure(self, raw: str) -> float:
        """Give the milliseconds from sending a transaction to having its receipt."""
        began = time.perf_counter()
        sent = self.ask("eth_sendRawTransaction", raw)
        while (receipt := self.ask("eth_getTransactionReceipt", sent)) is None:
            pass  # anvil answers before it has mined
        took_ms = (time.perf_counter() - began) * 1000
        assert receipt["status"] in {1, "0x1"}, receipt
        return took_ms


class Anvil(Side):
    """Foundry's node, with an account of ours."""

    def __init__(self, opened: ExitStack) -> None:
        from peers import foundry  # noqa: PLC0415 - it imports of ours, which the peers' processes are not to

        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        command = [str(foundry.install(folder, "anvil")["anvil"]), "--port", "0"]
        environment = {**os.environ, "HOME": str(folder)}
        process = opened.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        opened.callback(process.terminate)
        assert process.stdout is not None
        address = next(line.split()[-1] for line in process.stdout if line.startswith("Listening on"))
        self.account, self.chain_id, self.path = Account.create(), 31337, "/"
        client = httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=120)
        self.http = opened.enter_context(client)
        self.ask("anvil_setBalance", self.account.address, hex(10**20))


def main() -> None:
    """Measure and print, or be one of the servers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--anvil", action="store_true", help="measure Foundry's anvil too")
    parser.add_argument("--serve", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        with socket.socket(fileno=options.fd) as listener:
            (serve_ours if options.serve == "ours" else serve_peer)(listener)
        return
    with ExitStack() as opened:
        sides: dict[str, Side] = {
            "ours": Side("ours", opened),
            "stock": Side("peer", opened),
            "stock, pure": Side("peer", opened, backend=PURE),
        }
        if options.anvil:
            sides["anvil"] = Anvil(opened)
        warm = 10
        times: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(warm + options.rounds):
            for name, side in sides.items():
                took_ms = side.measure(side.sign(number))
                if number >= warm:
                    times[name].append(took_ms)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {name: medians["ours"] / medians[name] for name in medians if name != "ours"}
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians, "ratios": ratios}, indent=2) + "\n")
        return
    print(f"send to receipt; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, eth-tester {version('eth-tester')}")
    for name, values in times.items():
        print(f"{name}: median {medians[name]:6.1f} ms, min {min(values):6.1f}, n {len(values)}")
    for name, ratio in ratios.items():
        print(f"ours takes {ratio:.2f} of the time of {name}")


if __name__ == "__main__":
    main()
