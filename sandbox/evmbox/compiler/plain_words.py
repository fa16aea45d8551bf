"""The compiler's commonest messages to beginners, in a beginner's words: a table, and how to look things up in it.

To add one: compile the code that causes the message, take solc's error code, write what to do, and add the code to
`SAMPLES` in tests/evmbox/test_compiler_plain_words.py, which compiles it.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """What to tell a beginner about the errors with these `codes` whose message matches `pattern`.

    The named groups of `pattern` may stand in `text` as {name}. No code (None) is what solc gives some errors that it
    meets while it makes code.
    """

    name: str
    codes: frozenset[str | None]
    text: str
    pattern: str = ""


def _explanation(name: str, *codes: str | None, text: str, pattern: str = "") -> Explanation:
    return Explanation(name, frozenset(codes), text, pattern)


# The first entry that fits is taken.
EXPLANATIONS: tuple[Explanation, ...] = (
    # Grammar
    _explanation(
        "illegal-character",
        "2314",
        "8936",
        pattern="but got 'ILLEGAL'|^Invalid token",
        text="A character stands here that Solidity does not know outside of texts and comments, such as an accented "
        "letter or a curly quotation mark. Names take a to z, A to Z, digits, `_` and `$`; texts stand in straight "
        'quotes: "…".',
    ),
    _explanation(
        "broken-text",
        "8936",
        pattern="in string|end-quote",
        text='A text begins and ends with a straight quotation mark on the same line: "like this". Letters and signs '
        'beyond English need the word `unicode` before it: unicode"schön".',
    ),
    _explanation(
        "missing-semicolon",
        "2314",
        pattern="^Expected ';'",
        text="A statement ends with a semicolon. One is probably missing just before this place, "
        "often at the end of the line above.",
    ),
    _explanation(
        "unexpected-token",
        "2314",
        pattern="^Expected (?P<expected>.+) but got (?P<found>.+)$",
        text="The compiler read up to here and needs {expected}, but finds {found} (an identifier is a name). Look "
        "just before this place for a bracket that is not closed, a missing comma or a misspelt keyword.",
    ),
    _explanation(
        "unbalanced-braces",
        "7858",
        "6933",
        text="The compiler can't make sense of what starts here. Count the braces: each {{ needs its }}, and code "
        "stands inside a function, a function inside a contract.",
    ),
    _explanation(
        "missing-visibility",
        "4937",
        text="Say who may call this function, after its parameters: `public` (everyone), `external` (only from outside "
        "the contract), `internal` (this contract and those that inherit from it) or `private` (only this contract).",
    ),
    _explanation(
        "missing-license",
        "1878",
        text="Only a reminder. Begin the file with `// SPDX-License-Identifier: MIT` to say under which license "
        "others may use it.",
    ),
    _explanation(
        "missing-pragma",
        "3420",
        text="Only a reminder. Say which compiler the file is written for: `pragma solidity ^0.8.0;` "
        "at the top takes any version from 0.8.0 up to, but not including, 0.9.0.",
    ),
    _explanation(
        "other-compiler-version",
        "5333",
        text="The `pragma solidity` line asks for another compiler than the one used here. "
        "Write `pragma solidity ^0.8.0;`.",
    ),
    # Names
    _explanation(
        "undeclared-identifier",
        "7576",
        text="Nothing of this name is known here. Check the spelling (capitals count) and where it is declared: in "
        "this function, this contract, or one it inherits from. A variable lives only inside its own braces, what is "
        "`private` can't be seen by heirs, and an `external` function is called as `this.name()`.",
    ),
    _explanation(
        "unknown-type",
        "7920",
        text="No type, modifier or contract of this name is known. Types such as `string`, `bool` and `address` are "
        "written in lower case; what you declare yourself must be spelt the same in both places.",
    ),
    _explanation(
        "already-declared",
        "2333",
        "1686",
        text="This name is taken already in the same place. Give one of the two another name, or remove one.",
    ),
    _explanation(
        "unknown-member",
        "9582",
        pattern='^Member "(?P<member>[^"]*)"',
        text="What stands before the dot has nothing called `{member}` that can be used from here. Check the spelling "
        "and the type of what stands before the dot. Only `public` and `external` functions of another contract can "
        "be called.",
    ),
    # Types
    _explanation(
        "type-mismatch",
        "7407",
        "9574",
        "6359",
        "9553",
        "2326",
        text="The value has another type than the place it goes to, and Solidity rarely converts by itself. Compare "
        "the two types in the message (`int_const` is a whole number, `literal_string` a text in quotes), then change "
        "the value or the declared type, or convert: `uint8(x)`, `payable(a)`, `address(contract)`.",
    ),
    _explanation(
        "operator-mismatch",
        "2271",
        text="This operator does not work on these two types. Both sides need the same kind of value; texts can't be "
        "compared with `==` (compare their `keccak256` hashes), and addresses can't be calculated with.",
    ),
    _explanation(
        "missing-data-location",
        "6651",
        pattern="none was given",
        text="Say where this text, array or struct is kept: `memory` (a copy that lasts for this call), `calldata` "
        "(what the caller sent, read-only; the cheapest for parameters) or `storage` (a reference to the "
        "contract's own state).",
    ),
    _explanation(
        "superfluous-data-location",
        "6651",
        pattern="can only be specified",
        text="`memory`, `calldata` and `storage` belong to texts, bytes, arrays and structs only. Remove the word "
        "here.",
    ),
    _explanation(
        "wrong-argument-count",
        "6160",
        "9755",
        text="The call gives too many or too few values. Compare it with the declaration: one value for each "
        "parameter, in the same order.",
    ),
    _explanation(
        "not-all-paths-return",
        "6321",
        text="The function promises a value, but can end without a `return`; the caller then gets zero. "
        "Give every branch its `return`.",
    ),
    _explanation(
        "return-mismatch",
        "6777",
        "8863",
        text="What is returned does not fit the `returns (…)` in the function's head. "
        "Return one value for each type listed there; without `returns`, return nothing.",
    ),
    # State and ether
    _explanation(
        "view-changes-state",
        "8961",
        text="The function promises to change nothing (`view` or `pure`), yet this line may change state: it assigns "
        "a state variable, emits an event, sends ether or calls a function that may. Remove `view` or `pure`, or the "
        "change.",
    ),
    _explanation(
        "pure-reads-state",
        "2527",
        text="The function promises not to look at the chain (`pure`), yet this line reads a state variable, a "
        "balance, `msg` or `block`. Use `view` in place of `pure`.",
    ),
    _explanation(
        "could-be-stricter",
        "2018",
        text="Only a hint. The function changes nothing, so it can promise that: write the word from the message "
        "(`view`: reads only; `pure`: does not even read) after its visibility.",
    ),
    _explanation(
        "value-needs-payable",
        "7006",
        text="Ether can be sent only to what is declared `payable`. Add `payable` to the function or constructor that "
        "is called, or leave out `{{value: …}}`.",
    ),
    _explanation(
        "msg-value-needs-payable",
        "5887",
        text="A function that looks at `msg.value` must be able to receive ether: mark it `payable`.",
    ),
    _explanation(
        "address-not-payable",
        "9862",
        text="`transfer` and `send` send ether only to an `address payable`: write `payable(x).transfer(…)`.",
    ),
    # Inheritance
    _explanation(
        "missing-override",
        "9456",
        text="A contract that this one inherits from has the same function. If you mean to replace it, add `override` "
        "to the function's head; otherwise give yours another name.",
    ),
    _explanation(
        "missing-virtual",
        "4334",
        text="A function can be replaced by an heir only if it allows that: add `virtual` to the head of the function "
        "in the contract that is inherited from.",
    ),
    _explanation(
        "not-everything-implemented",
        "3656",
        text="The contract inherits or declares functions that have no body, so it can't be deployed. Write those "
        "functions, with the same name and types; or, if that is meant, mark the contract `abstract`.",
    ),
    # Size
    _explanation(
        "stack-too-deep",
        None,
        pattern="Stack too deep",
        text="The function juggles too many values at once: the EVM reaches 16 only. Use fewer parameters and local "
        "variables, group them in a struct, or split the function.",
    ),
    _explanation(
        "code-too-large",
        "5574",
        text="A contract of more than 24,576 bytes can't be deployed. Split it in two, "
        "or remove long texts and repeated code.",
    ),
)


def explain(code: str | None, message: str) -> str | None:
    """Return what to tell a beginner about solc's error `code` with this `message`; None where the table is silent."""
    for explanation in EXPLANATIONS:
        if code in explanation.codes and (match := re.search(explanation.pattern, message)):
            return explanation.text.format_map(match.groupdict())
    return None
