"""The kernel's half of Try it: a draft and a list of steps go to the sandbox, and what each step did comes back.

JavaScript rounds integers beyond 2**53, so between kernel and page every integer that is a value of a contract stands
as `{"#": "its digits"}`, in steps and in answers alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from classroom.errors import Invalid
from classroom.notebook.client import Client
from classroom.schemas import ACCOUNTS, ScenarioOut, Step

INTEGER = "#"
_NAMES = {address: name.capitalize() for name, address in ACCOUNTS.items()}
_AMOUNTS = ("value_wei", "slot")


def tried(client: Client, exercise_id: str, source: str, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Compile a draft, take the steps on an empty chain, and tell the page of both; without steps only of the first.

    Raises `ClassroomError`, `Invalid` where a step is none.
    """
    compiled = client.compile(source, exercise_id=exercise_id)
    answer: dict[str, Any] = {
        "contracts": compiled.contracts,
        "diagnostics": [each.model_dump(mode="json") for each in compiled.diagnostics],
        "names": _NAMES,
        "steps": [],
        "stopped": None,
    }
    if not steps or not compiled.contracts:
        return answer
    outcome: ScenarioOut = client.scenario(
        source, [step_of(each) for each in steps], exercise_id=exercise_id, state=True
    )
    results = [each.model_dump(mode="json") for each in outcome.steps]
    for result in results:
        result["result"] = tagged(result["result"])
        result["events"] = [{**event, "args": tagged(event["args"])} for event in result["events"]]
    return {**answer, "steps": results, "stopped": outcome.stopped}


def for_page(report: Mapping[str, Any]) -> dict[str, Any]:
    """Give a report as a page reads it: the steps of its checks with their integers in full."""
    checks = [{**check, "steps": [_for_page(step) for step in check.get("steps", ())]} for check in report["checks"]]
    return {**report, "checks": checks}


def tagged(value: Any) -> Any:
    """Mark every integer of a value of the ABI, so that none is rounded."""
    match value:
        case bool():
            return value
        case int():
            return {INTEGER: str(value)}
        case list() | tuple():
            return [tagged(each) for each in value]
        case dict():
            return {name: tagged(each) for name, each in value.items()}
    return value


def untagged(value: Any) -> Any:
    """Give back what was marked. Raises `Invalid` where the mark stands on no integer."""
    match value:
        case {"#": digits} if len(value) == 1:
            try:
                return int(str(digits)[:100])
            except ValueError:
                raise Invalid(f"{digits!r} is not a whole number.") from None
        case list():
            return [untagged(each) for each in value]
        case dict():
            return {name: untagged(each) for name, each in value.items()}
    return value


def _for_page(step: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: tagged(step[name]) for name in _AMOUNTS}
    return {**step, **amounts, "args": tagged(step["args"])}


def step_of(given: Mapping[str, Any]) -> Step:
    """Read a step as a page has it. Raises `Invalid` where it is none."""
    try:
        return Step.model_validate(untagged(dict(given)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "A step"
        raise Invalid(f"{where}: {first['msg']}") from None
