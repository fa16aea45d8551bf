"""What the displays of a notebook say, in one catalogue: a translation is another dictionary with the same keys.

The page's own panel has its words in `web-src/src/text.js`. What the server says, and refusals, are not in here.
"""

from typing import Final

TEXTS: Final = {
    "passed": "passed",
    "failed": "failed",
    "not_run": "not run",
    "went_through": "went through",
    "gas": "{gas} gas",
    "returned": "returned {value}",
    "event": "event",
    "at": "at {address}",
    "line": "Line {line}",
    "severity_error": "error",
    "severity_warning": "warning",
    "severity_info": "info",
    "lab": "A lab with {names}",
    "lab_steps": "steps so far: {count}",
    "lab_nothing": "no contract that can be deployed",
    "compiled": "Compiled",
    "compiled_names": "Compiled: {names}",
    "compiled_nothing": "nothing that can be deployed",
    "nothing_to_deploy": "Nothing here can be deployed.",
    "head_contract": "Contract",
    "head_deploy": "Deploy it with",
    "head_functions": "Functions",
    "head_bytes": "Bytes",
    "head_call": "Call",
    "head_ended": "Ended",
    "head_gas": "Gas",
    "head_variable": "Variable",
    "head_before": "Before",
    "head_after": "After",
    "head_function": "Function",
    "head_own_gas": "Gas of its own",
    "head_result": "Result",
    "head_check": "Check",
    "nothing_executed": "Nothing was executed.",
    "open_in_classroom": "Open it in the classroom",
    "outcome_passed": "Passed",
    "outcome_failed": "Not yet",
    "outcome_compile_error": "It does not compile",
    "outcome_no_deployable_contract": "There is nothing to deploy",
    "outcome_out_of_gas": "It ran out of gas",
    "outcome_timed_out": "It took too long",
    "outcome_resource_limit": "It needed too much",
    "outcome_output_limit": "It said too much",
    "outcome_lesson_broken": "The lesson itself is broken",
    "points": "attempt {number}, {score} of {most} points",
    "sending": "Sending",
    "waiting": "Waiting for its turn",
    "checking": "Checking",
    "compiling": "Compiling",
    "deploying": "Deploying",
    "check_of": "Check {index} of {total}",
}


def say(key: str, **values: object) -> str:
    """Say a text of the catalogue; `{name}` in it is a place for the value of that name."""
    return TEXTS[key].format_map(values)
