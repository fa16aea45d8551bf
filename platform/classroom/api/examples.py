"""An example in the OpenAPI document for every body, every answer in JSON and every parameter.

They are made from the types themselves, so that none can say what the API no longer takes or gives: a field's own
example where it has one, its default, its first choice, or what a field of that name usually holds.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

JSON: Final = "application/json"
DEEPEST: Final = 12

BY_FORMAT: Final = {
    "uuid": "0d9c1f6f-53c8-4c3d-9f5e-6f1d3c1e2a11",
    "date-time": "2026-03-01T12:00:00Z",
    "password": "a long and unusual sentence",
}
SOURCE: Final = "pragma solidity ^0.8.0;\n\ncontract TipJar {}\n"
BY_NAME: Final[Mapping[str, Any]] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.…",
    "account": "alice",
    "action": "role_granted",
    "actor": "ines",
    "address": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    "app_url": "https://classroom.example/voila/render/hello-storage.ipynb",
    "best_known": 24_500,
    "choices": "yes",
    "concepts": "state",
    "contract": "TipJar",
    "course": "solidity-2026",
    "cursor": "WzE3NDIsImFkYSJd",
    "csv": "name,display_name,email\nada,Ada Lovelace,ada@school.example\n",
    "deployer": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "detail": "A letter with a link is on its way.",
    "display_name": "Ada Lovelace",
    "email": "ada@school.example",
    "error": "the worker ended",
    "exercise_id": "tip-jar",
    "expires_in": 600,
    "form": "a number",
    "function": "tip",
    "group": "Tuesday",
    "id": "tip-jar",
    "invite": "p2Q7…",
    "isolation": "namespaces",
    "key": "hkc_3mJ9…",
    "kind": "contract",
    "label": "Nightly export of marks",
    "last-event-id": "3",
    "last_outcome": "passed",
    "lesson_id": "hello-storage",
    "link": "https://classroom.example/join/p2Q7…",
    "message": "line 2: there is no such column",
    "name": "ada",
    "new_groups": "Tuesday",
    "next": "WzE3NDIsImFkYSJd",
    "notebook_url": "https://classroom.example/lab/tree/first-steps/hello-storage.ipynb",
    "prefix": "hkc_3mJ9",
    "reason": "illness",
    "recovery_codes": "k3f9-2mxq",
    "refresh_token": "r7Xk…",
    "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "rpc_path": "/rpc/0d9c1f6f-53c8-4c3d-9f5e-6f1d3c1e2a11",
    "scopes": "learn",
    "secret": "JBSWY3DPEHPK3PXP",
    "shown": "contract Scene {}\n",
    "slug": "solidity-2026",
    "source": SOURCE,
    "stage": "compiling",
    "starter": SOURCE,
    "stopped": "it used more gas than a run may",
    "subject": "0d9c1f6f-53c8-4c3d-9f5e-6f1d3c1e2a11",
    "subject_name": "ada",
    "summary": "A number that is kept, and who may change it.",
    "text": "Keep the number that was set.",
    "title": "Solidity 2026",
    "token": "p2Q7…",
    "track": "first-steps",
    "track_id": "first-steps",
    "uri": "otpauth://totp/classroom:ada?secret=JBSWY3DPEHPK3PXP",
    "url": "https://classroom.example/welcome?link=p2Q7…",
    "user": "ada",
    "worker": "worker-1",
    "whose": "Ada Lovelace",
}
WHOLE: Final[Mapping[str, Any]] = {  # what only means something as a whole
    "CourseChange": {"late_rule": "percent_per_day", "late_percent_per_day": 10.0, "grace_minutes": 15},
    "DraftIn": {"source": SOURCE, "revision": 3},
    "ExtensionIn": {
        "exercise_id": "tip-jar",
        "due_at": "2026-03-08T12:00:00Z",
        "user_id": BY_FORMAT["uuid"],
        "reason": "illness",
    },
    "InviteIn": {"role": "learner", "days": 30, "label": "Autumn"},
    "KeyIn": {"label": "Nightly export of marks", "scopes": ["teach"], "days": 90},
    "PlanIn": {
        "all_tracks": False,
        "tracks": [{"id": "first-steps", "due_at": "2026-03-01T12:00:00Z", "drop_lowest": 1}],
    },
    "Report": {
        "exercise_id": "tip-jar",
        "outcome": "passed",
        "score": 3.0,
        "max_score": 3.0,
        "timings": {"total_ms": 12.5},
        "versions": {"solc": "0.8.37", "evm": "prague", "exercise": "44" * 32},
    },
    "Traced": None,
    "TracedCheck": None,
    "UserChange": {"disabled": True},
}


class NoExample(LookupError):
    """A field whose type says nothing of what it holds: give it an example, or its name one here."""


def give_examples(document: dict[str, Any]) -> None:
    """Write examples into an OpenAPI document, where there are none and one can be made; the tests find the others."""
    schemas = document.get("components", {}).get("schemas", {})
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            place = f"{method} {path}"
            for parameter in operation.get("parameters", ()):
                _give(parameter, parameter["schema"], schemas, parameter["name"].lower(), place)
            bodies = [operation.get("requestBody", {})]
            bodies += [answer for status, answer in operation["responses"].items() if str(status).startswith("2")]
            for body in bodies:
                content = body.get("content", {}).get(JSON)
                if content:
                    _give(content, content.get("schema", {}), schemas, "", place)


def _give(where: dict[str, Any], schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, place: str) -> None:
    if "example" not in where:
        with suppress(NoExample):
            where["example"] = example(schema, schemas, name, place)


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, place: str, depth: int = 0) -> Any:
    """Make an example of a type. Raises NoExample."""
    place = f"{place} {name}" if name else place
    if "$ref" in schema:
        title = schema["$ref"].rpartition("/")[2]
        return WHOLE[title] if title in WHOLE else example(schemas[title], schemas, name, place, depth + 1)
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("const", "enum", "default"):
        if schema.get(key) is not None:
            return schema[key][0] if key == "enum" else schema[key]
    for key in ("anyOf", "oneOf", "allOf"):
        choices = [each for each in schema.get(key, ()) if each.get("type") != "null"]
        if choices:
            return example(choices[0], schemas, name, place, depth + 1)
    return _of_type(schema, schemas, name, place, depth)


def _of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, place: str, depth: int) -> Any:
    kind = schema.get("type")
    if depth > DEEPEST:
        raise NoExample(f"{place}: a type within itself")
    if kind == "object" and "properties" in schema:
        required = set(schema.get("required", ()))
        wanted = {
            field: inner
            for field, inner in schema["properties"].items()
            if field in required or schema.get("additionalProperties") is not False
        }
        return {field: example(inner, schemas, field, place, depth + 1) for field, inner in wanted.items()}
    if kind == "object":
        values = schema.get("additionalProperties")
        key = "solidity-2026" if name == "roles" else "TipJar"
        return {key: example(values, schemas, name, place, depth + 1)} if isinstance(values, dict) and values else {}
    if kind == "array":
        items = schema.get("items", {})
        return [example(items, schemas, name, place, depth + 1)] if items else []
    return _simple(schema, name, place)


def _simple(schema: Mapping[str, Any], name: str, place: str) -> Any:
    kind, known = schema.get("type"), BY_NAME.get(name)
    if kind == "boolean":
        return False
    if kind in {"integer", "number"}:
        least = schema.get("minimum", 1)
        number = known if isinstance(known, int) else least
        return number if kind == "integer" else float(number)
    found = BY_FORMAT.get(schema.get("format", ""), known)
    if not isinstance(found, str):
        raise NoExample(f"{place}: {dict(schema)}")
    return found
