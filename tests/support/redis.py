"""A real Redis for tests: a server of their own, on a socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from support.waiting import wait_until

HOW_TO_INSTALL = "no Redis server was found on this machine (Debian: apt-get install redis-server)"


def program() -> str | None:
    """Find the server's program."""
    return shutil.which("redis-server")


@contextmanager
def redis_server(program: str) -> Iterator[str]:
    """Run a server that keeps nothing on disk, and give its address."""
    with tempfile.TemporaryDirectory(prefix="classroom-redis-") as name:  # short: a socket's path may have 107 bytes
        folder = Path(name)
        socket = folder / "socket"
        switches = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", name]
        process = subprocess.Popen(
            [*_as_unprivileged_user(folder), program, *switches], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            with redis.Redis(unix_socket_path=str(socket)) as client:
                wait_until(lambda: _answers(client, process), what="Redis's first answer")
            yield f"unix://{socket}?db=0"
        finally:
            process.terminate()
            process.wait(30)


def _answers(client: redis.Redis, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "Redis did not start"
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def _as_unprivileged_user(folder: Path) -> list[str]:
    """Give what comes before the command: it ends with the tests, and is not run as root."""
    die_with_parent = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    if os.geteuid() != 0:
        return die_with_parent
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [
        *(die_with_parent or ["setpriv"]),
        "--reuid",
        str(user.pw_uid),
        "--regid",
        str(user.pw_gid),
        "--clear-groups",
    ]
