"""Names: what is declared where, and what is called how."""

from evmbox.compiler.plain_words.explanation import explanation

NAMES = (
    explanation(
        "unknown-member-of-the-chain",
        "9582",
        pattern="argument-dependent lookup in (msg|block|tx)\\.$",
        text="`msg` has `sender`, `value`, `data` and `sig`; `block` has `timestamp`, `number`, `chainid`, "
        "`coinbase`, `basefee`, `gaslimit` and `prevrandao`; `tx` has `origin` and `gasprice`. There is "
        "nothing else in them.",
    ),
    explanation(
        "mapping-has-no-list",
        "9582",
        pattern="lookup in mapping\\(",
        text="A mapping does not know which keys were used, so it has no length and no loop can go through it. "
        "Keep the keys in an array beside it, such as `address[] public members;`, and `push` each new one.",
    ),
    explanation(
        "text-is-no-array",
        "9582",
        "9961",
        pattern="lookup in string |^Index access for string",
        text="A `string` has no length and no single characters. `bytes(s).length` is its length in bytes, "
        "`bytes(s)[0]` the first of them; letters beyond English take more than one.",
    ),
    explanation(
        "undeclared-identifier",
        "7576",
        text="Nothing of this name is known here. Check the spelling (capitals count) and where it is declared: in "
        "this function, this contract, or one it inherits from. A variable lives only inside its own braces, what is "
        "`private` can't be seen by heirs, and an `external` function is called as `this.name()`.",
    ),
    explanation(
        "unknown-type",
        "7920",
        text="No type, modifier or contract of this name is known. Types such as `string`, `bool` and `address` are "
        "written in lower case; what you declare yourself must be spelt the same in both places.",
    ),
    explanation(
        "already-declared",
        "2333",
        "1686",
        "9097",
        text="This name is taken already, in the same place or in a contract that this one inherits from. Give one of "
        "the two another name, or remove one.",
    ),
    explanation(
        "unknown-member",
        "9582",
        pattern='^Member "(?P<member>[^"]*)"',
        text="What stands before the dot has nothing called `{member}` that can be used from here. Check the spelling "
        "and the type of what stands before the dot. Only `public` and `external` functions of another contract can "
        "be called.",
    ),
    explanation(
        "unused-variable",
        "2072",
        text="Nothing uses this variable. Remove it; or, if you meant a state variable of the same name, leave "
        "out the type in front: `x = 1;` and not `uint256 x = 1;`.",
    ),
    explanation(
        "unused-parameter",
        "5667",
        text="The function does nothing with this value. Use it, or leave out its name and keep the type.",
    ),
    explanation(
        "shadowing",
        "2519",
        text="Something further out has the same name, and can't be reached from here any more. Give this one "
        "another name, such as `newOwner` beside `owner`; or, if you meant the one further out, leave out "
        "the type in front.",
    ),
    explanation(
        "shadows-builtin",
        "2319",
        text="Solidity itself has something of this name, which can't be reached from here any more. Take "
        "another name.",
    ),
    explanation(
        "unreachable",
        "5740",
        text="This is never reached: what stands before it always ends the function. Remove it, or move it "
        "before the `return` or `revert`.",
    ),
    explanation(
        "not-callable",
        "5704",
        text="Only a function is called with parentheses. What a variable holds is its name alone, such as `x` "
        "or `address(this).balance`.",
    ),
    explanation(
        "no-matching-function",
        "9322",
        text="There are functions of this name, but none that takes these values. `require` takes a condition "
        '(true or false), then a text or an error: `require(x > 0, "reason");`.',
    ),
    explanation(
        "event-without-emit",
        "3132",
        text="An event is sent with the word `emit` in front: `emit Moved(from, to);`.",
    ),
    explanation(
        "emit-or-revert",
        "9292",
        "1885",
        text="`emit` sends an event, `revert` ends the call with an error: after `emit` comes the name of an "
        "`event`, after `revert` that of an `error`, or a text in parentheses.",
    ),
    explanation(
        "error-without-revert",
        "7757",
        text="An error is raised with the word `revert` in front, `revert NotOwner(msg.sender);`, or in "
        "`require(condition, NotOwner(msg.sender));`.",
    ),
    explanation(
        "wrong-number-of-variables",
        "7364",
        text="The function returns another number of values than there are variables on the left. List one for "
        "each, and leave a place empty for a value that is not needed: `(uint256 a, ) = f();`.",
    ),
)
