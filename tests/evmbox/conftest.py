"""Fixtures of the sandbox's tests: the real compiler, fresh chains, contracts from a few lines of Solidity."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from evmbox.chain import Chain, Contract
from evmbox.compiler import Artifact, Compilation, Compiler, open_compiler

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
CONTRACTS = Path(__file__).parent / "contracts"

Compile = Callable[[str], Compilation]
Build = Callable[..., Artifact]
Deploy = Callable[..., Contract]


@pytest.fixture(scope="session")
def compiler() -> Iterator[Compiler]:
    """Give the compiler of this machine, warm for the whole session."""
    compiler = open_compiler()
    yield compiler
    compiler.close()


@pytest.fixture(scope="session")
def compilation_of(compiler: Compiler) -> Compile:
    """Give a function that compiles Solidity without its head, once for each source."""

    @cache
    def compile_source(source: str) -> Compilation:
        compilation = compiler.compile(source if "pragma" in source else HEAD + source)
        assert compilation.ok, compilation.diagnostics
        return compilation

    return compile_source


@pytest.fixture(scope="session")
def build(compilation_of: Compile) -> Build:
    """Give a function that compiles Solidity and returns the contract of a name, or the last one."""

    def build_artifact(source: str, name: str | None = None) -> Artifact:
        artifacts = compilation_of(source).artifacts
        return artifacts[name] if name else list(artifacts.values())[-1]

    return build_artifact


@pytest.fixture(scope="session")
def token(build: Build) -> Artifact:
    """Give a token of about ninety lines."""
    return build((CONTRACTS / "Token.sol").read_text())


@pytest.fixture
def chain() -> Chain:
    """Give a fresh chain."""
    return Chain(seed=1)


@pytest.fixture
def deploy(chain: Chain, build: Build) -> Deploy:
    """Give a function that compiles and deploys Solidity on the fresh chain."""

    def deploy_source(source: str, *args: object, **terms: object) -> Contract:
        return chain.deploy(build(source), *args, **terms)

    return deploy_source
