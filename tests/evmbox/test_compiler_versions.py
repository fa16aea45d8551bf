"""Several pinned compilers: which there are, what each makes, and how an exercise gets the one it asks for."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evmbox.chain import Chain
from evmbox.compiler import Compiler, NodeCompiler, open_compiler
from evmbox.errors import CompilerUnavailable, ExerciseError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.report import Outcome
from evmbox.versions import EVM_VERSION, SOLC_VERSION, SOLC_VERSIONS, evm_version, npm_package

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
COUNTER = Path(__file__).parent / "exercises" / "counter"
OLDEST, *_ = OTHERS = [version for version in SOLC_VERSIONS if version != SOLC_VERSION]


@pytest.fixture(scope="module")
def compilers(compiler: Compiler) -> Iterator[dict[str, Compiler]]:
    """Give a compiler of every pinned version."""
    others = {version: open_compiler(version) for version in OTHERS}
    yield {SOLC_VERSION: compiler, **others}
    for other in others.values():
        other.close()


@pytest.fixture
def old(tmp_path: Path) -> Exercise:
    """Give the counter as an exercise for the oldest compiler."""
    folder = Path(shutil.copytree(COUNTER, tmp_path / "counter"))
    manifest = folder / "exercise.toml"
    manifest.write_text(f'solc = "{OLDEST}"\n' + manifest.read_text())
    return load_exercise(folder)


def test_npm_installs_the_pinned_versions_and_no_others():
    package = json.loads((Path(__file__).parents[2] / "sandbox" / "package.json").read_text())
    installed = {name: wanted for name, wanted in package["dependencies"].items() if name.startswith("solc")}
    aliases = {npm_package(version): f"npm:solc@{version}" for version in OTHERS}
    assert installed == {"solc": SOLC_VERSION, **aliases}


@pytest.mark.parametrize("version", SOLC_VERSIONS)
def test_each_version_compiles_for_the_chain(compilers: dict[str, Compiler], version: str):
    compiler = compilers[version]
    compilation = compiler.compile(
        f"{HEAD.replace('^0.8.0', version)}contract C {{ function f() public pure returns (uint) {{ return 7; }} }}"
    )
    assert compiler.version == version
    assert compilation.ok, compilation.message
    assert Chain(seed=1).deploy(compilation.artifacts["C"]).f() == 7


@pytest.mark.parametrize("version", SOLC_VERSIONS)
def test_code_is_made_for_the_newest_fork_that_compiler_and_chain_both_know(
    compilers: dict[str, Compiler], version: str
):
    block = "contract C {{ function f() public pure {{ assembly {{ {} }} }} }}"
    assert compilers[version].compile(HEAD + block.format("mcopy(0, 0, 0)")).ok, "cancun"
    later = compilers[version].compile(HEAD + block.format("pop(clz(1))"))
    assert not later.ok, "osaka"
    assert evm_version(version) == ("cancun" if version == "0.8.24" else EVM_VERSION)


def test_an_old_compiler_would_refuse_the_fork_of_the_chain(
    compilers: dict[str, Compiler], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(SOLC_VERSIONS, OLDEST, EVM_VERSION)
    with pytest.raises(CompilerUnavailable, match=f"solc {OLDEST} refuses the settings: Invalid EVM version"):
        compilers[OLDEST].compile(HEAD)


def test_a_pragma_for_another_version_is_refused_with_advice(compilers: dict[str, Compiler]):
    compilation = compilers[OLDEST].compile(HEAD.replace("^0.8.0", f"^{SOLC_VERSION}"))
    (error,) = compilation.diagnostics
    assert compilation.outcome is Outcome.COMPILE_ERROR
    assert "Write `pragma solidity ^0.8.0;`" in (error.help or "")


def test_a_file_of_openzeppelin_that_needs_a_newer_compiler_says_so(compilers: dict[str, Compiler]):
    source = HEAD + 'import "@openzeppelin/contracts/account/extensions/draft-AccountERC7579.sol";'
    compilation = compilers[OLDEST].compile(source)
    assert compilation.outcome is Outcome.COMPILE_ERROR
    assert "needs a newer compiler" in (compilation.diagnostics[0].help or "")
    assert compilers[SOLC_VERSION].compile(source).ok


def test_a_version_that_is_not_pinned_is_refused():
    for open_one in (open_compiler, NodeCompiler):
        with pytest.raises(CompilerUnavailable, match=rf"0\.8\.1 is not pinned here; choose one of {OLDEST}"):
            open_one("0.8.1")


def test_an_exercise_gets_the_compiler_it_asks_for(pool: Pool, old: Exercise):
    picky = old.solution.replace("^0.8.0", OLDEST)
    assert picky != old.solution
    report = pool.grade(old, picky, seed=1)
    assert (report.outcome, report.versions.solc) == (Outcome.PASSED, OLDEST)
    usual = pool.grade(load_exercise(COUNTER), picky, seed=1)
    assert (usual.outcome, usual.versions.solc) == (Outcome.COMPILE_ERROR, SOLC_VERSION)
    assert pool.compile(picky, check_only=True, solc=OLDEST).ok
    assert not pool.compile(picky, check_only=True).ok


def test_the_versions_do_not_share_what_they_remember(pool: Pool, old: Exercise):
    source = f"{old.solution}// {time.monotonic()}"
    first = pool.grade(load_exercise(COUNTER), source, seed=1)
    second, third = (pool.grade(old, source, seed=1) for _ in range(2))
    assert first.timings.compile_ms > 0
    assert second.timings.compile_ms > 0
    assert third.timings.compile_ms == 0


@pytest.mark.parametrize("asked", ['"0.8.19"', '"latest"', "0.8"])
def test_an_author_is_told_which_compilers_there_are(old: Exercise, asked: str):
    manifest = old.path / "exercise.toml"
    manifest.write_text(manifest.read_text().replace(f'"{OLDEST}"', asked))
    with pytest.raises(ExerciseError) as refusal:
        old.current()
    assert (refusal.value.file, refusal.value.line) == ("exercise.toml", 1)
    expected = "valid string" if asked == "0.8" else ", ".join(SOLC_VERSIONS)
    assert expected in str(refusal.value)
