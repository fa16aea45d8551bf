"""What an editor waits for after a pause in typing: diagnostics of about 100 lines, beside what else there is.

Five ways, taken in turns so that whatever else the machine does falls on all of them alike:
  worker, parse error   the compiler that is kept for diagnostics, on a source with a brace missing
  worker, type check    the same on a source that is right: parsed and type-checked, no code
  HTTP, type check      the same through `POST /api/v1/compile`: signed in, on a server and a connection that are warm
  worker, full compile  the same compiler, asked for code too: what a check costs where it is not asked for by itself
  fresh solcjs          the npm package's own command, type check only: a Node process from nothing, as editors run it

No source is one that was seen before. Prints medians in ms and ratios; asserts nothing about time, but every answer
must be right.
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
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn

from classroom import accounts, courses
from classroom.api.app import create_app
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.models import CredentialKind, Role
from classroom.settings import Settings
from evmbox.compiler import open_compiler
from evmbox.compiler.imports import NODE_MODULES
from evmbox.compiler.node import find_node

ROOT = Path(__file__).parent.parent
TOKEN = (ROOT / "tests/evmbox/contracts/Token.sol").read_text()
BROKEN = TOKEN.replace("}", "", 1)


@contextmanager
def classroom(folder: Path) -> Iterator[httpx.Client]:
    """Serve a classroom on a data folder and give a learner's client."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.socket(proto=socket.IPPROTO_TCP))  # else asyncio leaves Nagle on: 40 ms
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # so that the first request waits for the server instead of being refused
        settings = Settings(data_dir=folder, portal_port=listener.getsockname()[1])
        database = Database(settings.database)
        opened.callback(database.close)
        database.migrate()
        with database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, Catalog.load(settings.lessons_dir))
            user = accounts.create_user(work.session, "lea")
            courses.enrol(work.session, course, user, Role.LEARNER)
            day = timedelta(days=1)
            token = accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=day)
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        opened.callback(thread.join)
        opened.callback(lambda: setattr(server, "should_exit", True))
        headers = {"Authorization": f"Bearer {token}"}
        yield opened.enter_context(
            httpx.Client(base_url=settings.portal_url, headers=headers, timeout=120, trust_env=False)
        )


def measure(ways: dict[str, Callable[[str], None]], *, warm_ups: int, rounds: int) -> dict[str, list[float]]:
    """Run each way unmeasured, then all of them in turns, each time with another comment; give milliseconds."""
    for way in ways.values():
        for number in range(warm_ups):
            way(f"\n// warm-up {number}")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way(f"\n// {name} {number}")
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    node = find_node()
    assert node is not None
    with tempfile.TemporaryDirectory() as folder, classroom(Path(folder)) as client, ExitStack() as opened:
        compiler = open_compiler()
        opened.callback(compiler.close)

        def parse_error(mark: str) -> None:
            assert not compiler.compile(BROKEN + mark, check_only=True).ok

        def type_check(mark: str) -> None:
            assert compiler.compile(TOKEN + mark, check_only=True).ok

        def over_http(mark: str) -> None:
            answer = client.post("/api/v1/compile", json={"source": TOKEN + mark, "check_only": True})
            assert answer.json()["diagnostics"] == [], answer.text

        def full_compile(mark: str) -> None:
            assert compiler.compile(TOKEN + mark).ok

        def fresh(mark: str) -> None:
            request = {
                "language": "Solidity",
                "sources": {"Token.sol": {"content": TOKEN + mark}},
                "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
            }
            command = [str(node), str(NODE_MODULES / "solc/solc.js"), "--standard-json"]
            run = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True)
            assert '"transferFrom"' in run.stdout

        ways = {
            "worker, parse error": parse_error,
            "worker, type check": type_check,
            "HTTP, type check": over_http,
            "worker, full compile": full_compile,
            "fresh solcjs": fresh,
        }
        times = measure(ways, warm_ups=5, rounds=options.rounds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {name: medians["fresh solcjs"] / medians[name] for name in ways}
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians, "ratios": ratios}, indent=2) + "\n")
        return
    print(f"{len(TOKEN.splitlines())} lines; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, values in times.items():
        print(f"{name:21} median {medians[name]:7.1f} ms, min {min(values):7.1f}, ", end="")
        print(f"n {len(values)}, {ratios[name]:6.1f} times as fast as solcjs")


if __name__ == "__main__":
    main()
