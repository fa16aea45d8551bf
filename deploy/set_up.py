"""Prepare this folder to run: a virtual environment, the locked packages, Node's packages, the web assets.

Runs on a bare Python 3.11 to 3.13, so it imports the standard library only. What is up to date is not done again:
each step leaves a stamp with the digest of what it was made from.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
WEB = ROOT / "platform" / "web-src"
SANDBOX = ROOT / "sandbox"
STATIC = ROOT / "platform" / "classroom" / "static"


class SetUpError(Exception):
    """A step failed; the message says what to do."""


def digest(*paths: Path) -> str:
    """Digest the names and contents of files, as hexadecimal SHA-256."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def web_sources() -> list[Path]:
    """List what the web assets are built from."""
    return sorted(p for p in WEB.rglob("*") if p.is_file() and "node_modules" not in p.parts)


def show(line: str, *, end: str = "\n") -> None:
    """Print one line of progress; on a terminal it may be overwritten by the next."""
    if end == "" and not sys.stdout.isatty():
        return
    sys.stdout.write(f"\r\x1b[K{line}{end}" if sys.stdout.isatty() else f"{line}{end}")
    sys.stdout.flush()


def run(command: list[str], *, folder: Path, label: str, unit: re.Pattern[str], total: int | None) -> None:
    """Run a program and show how far it is by counting the lines that match `unit`."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if process.stdout is None:
        raise SetUpError(f"{command[0]} gives no output to read.")
    lines: list[str] = []
    count = 0
    show(f"{label} …", end="")
    for line in process.stdout:
        lines.append(line)
        if unit.match(line):
            count += 1
            show(f"{label} … {count}{f' of {total}' if total else ''}", end="")
    if process.wait() != 0:
        show(f"{label} failed:")
        sys.stdout.writelines(lines[-25:])
        raise SetUpError(f"`{' '.join(command)}` ended with code {process.returncode}.")


class Step(NamedTuple):
    """A step: its stamp's name, what is shown of it, what it is made from, whether that is there, and its work."""

    name: str
    label: str
    made_from: str
    is_there: Callable[[], bool]
    work: Callable[[str], None]

    def is_done(self) -> bool:
        """Tell whether its stamp says that it was done from the same files."""
        stamp = STAMPS / self.name
        return stamp.is_file() and stamp.read_text() == self.made_from and self.is_there()

    def do(self) -> None:
        """Do it, and leave the stamp."""
        started = time.monotonic()
        self.work(self.label)
        STAMPS.mkdir(parents=True, exist_ok=True)
        (STAMPS / self.name).write_text(self.made_from)
        show(f"{self.label}: done in {time.monotonic() - started:.0f} s")


def make_venv(label: str) -> None:
    """Create the virtual environment."""
    show(f"{label} …", end="")
    shutil.rmtree(VENV, ignore_errors=True)
    result = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetUpError(
            f"{result.stdout}{result.stderr}\nPython could not create a virtual environment. "
            "On Debian and Ubuntu: apt install python3-venv"
        )


def install_python(label: str) -> None:
    """Install the locked packages and this project itself."""
    lock = (ROOT / "requirements.lock").read_text()
    total = len(re.findall(r"^[A-Za-z0-9]", lock, re.MULTILINE))
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    run(
        [*pip, "--require-hashes", "-r", "requirements.lock"],
        folder=ROOT,
        label=label,
        unit=re.compile(r"Collecting |Requirement already"),
        total=total,
    )
    run(
        [*pip, "--no-deps", "--no-build-isolation", "-e", "."],
        folder=ROOT,
        label=label,
        unit=re.compile("$^"),
        total=None,
    )


def npm(folder: Path, *arguments: str) -> Callable[[str], None]:
    """Give a step that runs npm in a folder, with the Node of the virtual environment."""

    def work(label: str) -> None:
        command = [str(BIN / "npm"), *arguments, "--no-fund", "--no-audit"]
        run(command, folder=folder, label=label, unit=re.compile("$^"), total=None)

    return work


def steps() -> list[Step]:
    """List the steps in order. The last one alone needs no network."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lock = digest(ROOT / "requirements.lock", ROOT / "pyproject.toml")
    solc, web = (digest(each / "package.json", each / "package-lock.json") for each in (SANDBOX, WEB))
    sources = digest(*web_sources(), SANDBOX / "package-lock.json")  # the library's names are in the bundle
    return [
        Step("venv", f"1/5 Virtual environment (Python {version})", version, (BIN / "python").exists, make_venv),
        Step("python", "2/5 Python packages", lock, (BIN / "classroom").exists, install_python),
        Step("solc", "3/5 Solidity compiler", solc, (SANDBOX / "node_modules/solc").is_dir, npm(SANDBOX, "ci")),
        Step("web_packages", "4/5 Web packages", web, (WEB / "node_modules/esbuild").is_dir, npm(WEB, "ci")),
        Step("web", "5/5 Web assets", sources, (STATIC / "exercise.js").is_file, npm(WEB, "run", "build")),
    ]


def set_up() -> None:
    """Do every step that is not up to date."""
    for step in steps():
        if not step.is_done():
            step.do()


def main() -> int:
    """Set up, or say what stands in the way."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        show(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 run")
        return 1
    try:
        set_up()
    except SetUpError as error:
        show(str(error))
        return 1
    except KeyboardInterrupt:
        show("Stopped. Run it again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
