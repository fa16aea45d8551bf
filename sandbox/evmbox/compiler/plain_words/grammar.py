"""How a source is written: letters, brackets, the head of a file."""

from evmbox.compiler.plain_words.explanation import explanation

GRAMMAR = (
    explanation(
        "illegal-character",
        "2314",
        "8936",
        pattern="but got 'ILLEGAL'|^Invalid token",
        text="A character stands here that Solidity does not know outside of texts and comments, such as an accented "
        "letter or a curly quotation mark. Names take a to z, A to Z, digits, `_` and `$`; texts stand in straight "
        'quotes: "…".',
    ),
    explanation(
        "broken-text",
        "8936",
        pattern="in string|end-quote",
        text='A text begins and ends with a straight quotation mark on the same line: "like this". Letters and signs '
        'beyond English need the word `unicode` before it: unicode"schön".',
    ),
    explanation(
        "missing-semicolon",
        "2314",
        pattern="^Expected ';'",
        text="A statement ends with a semicolon. One is probably missing just before this place, "
        "often at the end of the line above.",
    ),
    explanation(
        "unexpected-token",
        "2314",
        pattern="^Expected (?P<expected>.+) but got (?P<found>.+)$",
        text="The compiler read up to here and needs {expected}, but finds {found} (an identifier is a name). Look "
        "just before this place for a bracket that is not closed, a missing comma or a misspelt keyword.",
    ),
    explanation(
        "unbalanced-braces",
        "7858",
        text="The compiler can't make sense of what starts here. Count the braces: each {{ needs its }}, and code "
        "stands inside a function, a function inside a contract.",
    ),
    explanation(
        "no-beginning-of-a-value",
        "6933",
        text="No statement and no value can begin like this. Look for a brace that is not closed and for an "
        "`else` without its `if`. A variable is declared by its type, `uint256 x = 1;`: the word `var` of "
        "old tutorials is gone.",
    ),
    explanation(
        "missing-visibility",
        "4937",
        text="Say who may call this function, after its parameters: `public` (everyone), `external` (only from outside "
        "the contract), `internal` (this contract and those that inherit from it) or `private` (only this contract).",
    ),
    explanation(
        "missing-license",
        "1878",
        text="Only a reminder. Begin the file with `// SPDX-License-Identifier: MIT` to say under which license "
        "others may use it.",
    ),
    explanation(
        "missing-pragma",
        "3420",
        text="Only a reminder. Say which compiler the file is written for: `pragma solidity ^0.8.0;` "
        "at the top takes any version from 0.8.0 up to, but not including, 0.9.0.",
    ),
    explanation(
        "other-compiler-version",
        "5333",
        text="The `pragma solidity` line asks for another compiler than the one used here. "
        "Write `pragma solidity ^0.8.0;`.",
    ),
    explanation(
        "loop-word-outside",
        "6102",
        "4123",
        text="`break` ends a loop and `continue` goes on with its next round, so they stand inside a `for` or "
        "`while` only. To leave a function, write `return`.",
    ),
)
