"""The OpenAPI document: an example wherever something is sent or answered, all of them true; every refusal told."""

import json

import pytest
from jsonschema import Draft202012Validator

from classroom.api.app import create_app
from classroom.api.examples import NoExample, example
from classroom.settings import Settings

BOUNDED = {
    "/api/v1/lessons": "the course's own",
    "/api/v1/chains": "as many as the setting `chains_each` allows",
    "/api/v1/courses/{course}/grades.json": "a file of everything, to be kept",
    "/api/v1/courses/{course}/exercises": "the course's own",
    "/api/v1/usage": "one for each course and month that was asked for",
    "/api/v1/courses/{course}/usage": "one for each month that was asked for",
}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("openapi"))).openapi()


@pytest.fixture(scope="module")
def operations(document):
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def contents(operation):
    """Every body and every good answer in JSON."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).items()


def test_every_body_every_answer_and_every_parameter_has_an_example_that_fits(document, operations):
    counted, wrong = 0, []
    for place, operation in operations:
        told = [(each["schema"], each) for each in operation.get("parameters", ())]
        told += [(each.get("schema", {}), each) for kind, each in contents(operation) if kind == "application/json"]
        for schema, where in told:
            counted += 1
            assert "example" in where, place
            check = Draft202012Validator({**schema, "components": document["components"]})
            wrong += [f"{place}: {error.message}" for error in check.iter_errors(where["example"])]
    assert wrong == []
    assert counted > 150


def test_examples_are_told_in_the_document_that_is_served(shared, document):
    served = shared.client("nobody").get("/openapi.json").json()
    assert served["paths"].keys() == document["paths"].keys()
    body = served["paths"]["/api/v1/submissions"]["post"]["requestBody"]["content"]["application/json"]
    assert body["example"]["exercise_id"] == "tip-jar"


def test_a_field_that_says_nothing_of_what_it_holds_is_found():
    with pytest.raises(NoExample, match="mystery"):
        example({"type": "object", "properties": {"mystery": {"type": "string"}}}, {}, "", "somewhere")


def test_every_refusal_is_a_problem_and_who_asks_too_often_is_told_of_it(operations):
    for place, operation in operations:
        refusals = {status: each for status, each in operation["responses"].items() if status >= "400"}
        if "/api/" in place or "/rpc" in place:
            assert "429" in refusals, place
            assert all(list(each["content"]) == ["application/problem+json"] for each in refusals.values()), place
        if "requestBody" in operation and "/rpc" not in place:
            assert {"413", "415", "422"} <= set(refusals), place
        if "{" in place or operation.get("parameters"):
            assert "422" in refusals, place
        assert "HTTPValidationError" not in json.dumps(operation), place


def test_every_list_that_can_grow_comes_in_pages(document, operations):
    lists = 0
    for place, operation in operations:
        method, path = place.split()
        for _, content in contents(operation):
            schema = content.get("schema", {})
            title = schema.get("$ref", "").rpartition("/")[2]
            of = document["components"]["schemas"].get(title, {})
            if schema.get("type") == "array":
                assert path in BOUNDED, place
            if method == "get" and {"next"} & of.get("properties", {}).keys():
                lists += 1
                assert {"limit", "cursor"} <= {each["name"] for each in operation["parameters"]}, place
    assert lists >= 12
