"""What is remembered of compiles: everything that they were made from counts, and no more is kept than fits."""

from dataclasses import replace
from pathlib import Path

import pytest

from evmbox.compiler import Artifact, Compilation, Compiler
from evmbox.pool import cache
from evmbox.pool.cache import Memory, RememberingCompiler
from evmbox.report import Outcome

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
SOURCE = HEAD + "contract C { uint256 public x; }"
NESTED = (Path(__file__).parent / "hostile" / "compile" / "new_chain.sol").read_text()


def compilation(size: int) -> Compilation:
    return Compilation(artifacts={"C": Artifact("C", [], bytes(size), size)})


def kept(memory: Memory) -> list[str]:
    return list(memory._entries)


def test_each_thing_that_a_compile_is_made_from_counts(compiler: Compiler) -> None:
    remembering = RememberingCompiler(compiler, Memory())
    ways = [
        {},
        {"check_only": True},
        {"optimize": True},
        {"details": True},
        {"extra_sources": {"A.sol": HEAD}},
        {"extra_sources": {"B.sol": HEAD}},
        {"extra_sources": {"A.sol": HEAD + "contract A {}"}},
    ]
    first = [remembering.compile(SOURCE, **way) for way in ways]
    again = [remembering.compile(SOURCE, **way) for way in ways]
    assert all(each.elapsed_ms > 0 for each in first)
    assert all(each.elapsed_ms == 0 for each in again)
    assert [replace(each, elapsed_ms=0) for each in first] == again
    assert remembering.compile(SOURCE + " ").elapsed_ms > 0
    assert first[3].details is not None


def test_a_source_that_does_not_compile_is_remembered_and_a_limit_is_not(compiler: Compiler) -> None:
    remembering = RememberingCompiler(compiler, Memory())
    refused = [remembering.compile("contract C {") for _ in range(2)]
    assert [each.outcome for each in refused] == [Outcome.COMPILE_ERROR] * 2
    assert (refused[0].elapsed_ms > 0, refused[1].elapsed_ms) == (True, 0)
    stopped = [remembering.compile(NESTED) for _ in range(2)]
    assert [each.outcome for each in stopped] == [Outcome.OUTPUT_LIMIT] * 2
    assert all(each.elapsed_ms > 0 for each in stopped)


def test_who_changes_what_they_were_given_changes_nobody_elses() -> None:
    memory = Memory()
    memory.put("key", Compilation(abis={"C": []}))
    for _ in range(2):
        known = memory.get("key")
        assert known is not None
        assert known.abis == {"C": []}
        known.abis["C"].append({"type": "receive"})


def test_the_number_is_bounded_and_what_was_used_longest_ago_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_ENTRIES", 3)
    memory = Memory()
    for key in "abc":
        memory.put(key, compilation(10))
    assert memory.get("a") == compilation(10)
    memory.put("d", compilation(10))
    assert kept(memory) == ["c", "a", "d"]
    assert memory.get("b") is None


def test_the_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_BYTES", 10_000)
    memory = Memory()
    for key in "abcab":
        memory.put(key, compilation(3_000))
    assert kept(memory) == ["c", "a", "b"], "the same again takes no more room"
    memory.put("d", compilation(6_000))
    assert kept(memory) == ["b", "d"]
    assert memory._bytes == sum(map(len, memory._entries.values())) <= 10_000


def test_one_that_is_too_large_is_not_kept_and_drives_nothing_out() -> None:
    memory = Memory()
    memory.put("small", compilation(10))
    memory.put("large", compilation(cache.MAX_ENTRY_BYTES))
    assert kept(memory) == ["small"]
