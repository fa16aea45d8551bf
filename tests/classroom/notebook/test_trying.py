"""Try it, in the kernel: a draft and its steps go to a real sandbox, and no number is rounded on the way."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID

import httpx
import pytest

from classroom.errors import Invalid
from classroom.notebook.client import Client
from classroom.notebook.trying import for_page, tried
from classroom.schemas import CompileIn, ScenarioIn
from classroom.scratch import Scratch

WHO = UUID(int=1)
SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Box {
    uint256 public held; event Put(uint256 what, address by);
    function put(uint256 what) external payable returns (uint256) {
        held = what; emit Put(what, msg.sender); return what;
    }
}
"""
BIG = 2**256 - 1
DEPLOY = {"action": "deploy", "contract": "Box", "account": "alice", "args": [], "value_wei": {"#": "0"}}
PUT = {"action": "send", "account": "bob", "target": 0, "function": "put(uint256)", "args": [{"#": str(BIG)}]}


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    opened = Scratch()
    yield opened
    opened.close()


@pytest.fixture
def client(scratch: Scratch, connect: Callable[..., Client]) -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["exercise_id"] == "box"
        if request.url.path.endswith("/compile"):
            order = CompileIn.model_validate(body)
            told = scratch.compile(WHO, order.source)
            return httpx.Response(200, json=told.model_dump(mode="json"))
        wanted = ScenarioIn.model_validate(body)
        outcome = scratch.scenario(WHO, wanted.source, wanted.steps, state=wanted.state)
        return httpx.Response(200, json=outcome.model_dump(mode="json"))

    return connect(answer)


def test_a_draft_without_steps_tells_what_can_be_deployed(client: Client) -> None:
    told = tried(client, "box", SOURCE, [])
    assert list(told["contracts"]) == ["Box"]
    assert (told["steps"], told["diagnostics"]) == ([], [])


def test_steps_run_and_the_largest_number_comes_back_as_it_went(client: Client) -> None:
    told = tried(client, "box", SOURCE, [DEPLOY, {**PUT, "value_wei": {"#": "5"}}])
    deployed, put = told["steps"]
    assert deployed["address"]
    assert put["result"] == {"#": str(BIG)}
    assert put["events"][0]["args"]["what"] == {"#": str(BIG)}
    assert put["changes"][0]["variable"] == "held"
    assert put["state"]["contracts"][0]["balance_wei"] == "5"
    assert told["names"][put["events"][0]["args"]["by"]] == "Bob"


def test_a_draft_that_does_not_compile_runs_nothing(client: Client) -> None:
    told = tried(client, "box", "contract Box {", [DEPLOY])
    assert told["steps"] == []
    assert told["diagnostics"][0]["severity"] == "error"


def test_a_step_that_is_none_is_refused_in_words(client: Client) -> None:
    with pytest.raises(Invalid, match="action"):
        tried(client, "box", SOURCE, [{"action": "rob"}])
    with pytest.raises(Invalid, match="not a whole number"):
        tried(client, "box", SOURCE, [{**PUT, "args": [{"#": "ten"}]}])


def test_a_report_reaches_the_page_with_its_steps_in_full_and_an_old_one_without() -> None:
    step = {"action": "send", "args": [BIG, [True, "x"]], "value_wei": BIG, "slot": 0}
    [check, old] = for_page({"checks": [{"id": "a", "steps": [step]}, {"id": "b"}], "score": 1})["checks"]
    assert check["steps"][0]["args"] == [{"#": str(BIG)}, [True, "x"]]
    assert check["steps"][0]["value_wei"] == {"#": str(BIG)}
    assert old["steps"] == []
