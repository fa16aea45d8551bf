"""Types: what fits where, and where data is kept."""

from evmbox.compiler.plain_words.explanation import explanation

TYPES = (
    explanation(
        "literal-too-large",
        "7407",
        "9574",
        pattern="Literal is too large",
        text="The number does not fit into this type: `uint8` holds 0 to 255, `uint16` up to 65,535, `uint256` "
        "up to 2**256 - 1. Take a larger type or a smaller number.",
    ),
    explanation(
        "address-to-payable",
        "7407",
        pattern="^Type address is not .* expected type address payable",
        text="An address that may be sent ether is an `address payable`: write `payable(x)`. To send with `call` "
        "a plain `address` will do.",
    ),
    explanation(
        "list-in-brackets",
        "9574",
        pattern="^Type \\w+\\[\\d+\\] memory is not implicitly",
        text="A list in brackets has a fixed length, and the type of its first element: `uint256[2] memory a = "
        "[uint256(1), 2];`. For an array whose length is not fixed write `uint256[] memory a = new "
        "uint256[](2);` and set each element.",
    ),
    explanation(
        "divided-by-zero",
        "2271",
        pattern="operator [/%] .* int_const 0\\.$",
        text="Nothing can be divided by zero.",
    ),
    explanation(
        "explicit-conversion",
        "9640",
        text="These two types can't be converted in one step. An address becomes a number by "
        "`uint256(uint160(a))` and a number an address by `address(uint160(n))`; a text never becomes a "
        "number, and a number that is negative or too large for a type does not fit into it.",
    ),
    explanation(
        "unary-operator",
        "4907",
        text="This operator does not work on this type: `!` is for true and false (for a number write `x == 0`), "
        "and a minus in front only for signed numbers such as `int256`.",
    ),
    explanation(
        "out-of-bounds",
        "3383",
        text="The array is not that long. Places are counted from 0, so the last one of `uint256[3]` is `a[2]`.",
    ),
    explanation(
        "address-checksum",
        "9429",
        text="Large and small letters in an address are a checksum, which finds a wrong character. Copy the one "
        "from the message, if it is the address you mean.",
    ),
    explanation(
        "not-assignable",
        "4247",
        text="On the left of `=` stands something that can be changed: a variable, an element of an array or "
        "mapping, a field of a struct.",
    ),
    explanation(
        "calldata-is-read-only",
        "6182",
        text="`calldata` is what the caller sent, and can't be changed. Write `memory` for the parameter, which "
        "makes a copy.",
    ),
    explanation(
        "memory-array-cannot-grow",
        "4994",
        text="An array in memory keeps its length, so there is no `push`. Make it long enough, `new "
        "uint256[](n)`, and set its elements, or keep the array in storage.",
    ),
    explanation(
        "length-must-be-constant",
        "5462",
        text="The length of such an array must be known when it is compiled. For a length that is known later "
        "write `uint256[] memory a = new uint256[](n);`.",
    ),
    explanation(
        "storage-without-a-place",
        "3464",
        text="`storage` means a place in the contract's state, and none is given. Say which, such as `Item "
        "storage item = items[id];`, or write `memory` for a fresh one.",
    ),
    explanation(
        "mapping-outside-storage",
        "4061",
        "4182",
        "9515",
        text="A mapping lives in the contract's state only, so nothing that contains one can be made in memory "
        "or passed around. Take a reference to the state and set its fields: `Item storage item = "
        "items[id]; item.price = 1;`.",
    ),
    explanation(
        "mapping-cannot-be-emptied",
        "9767",
        text="A mapping does not know which keys were used, so it can't be emptied at once. `delete m[key];` "
        "removes one entry.",
    ),
    explanation(
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
    explanation(
        "operator-mismatch",
        "2271",
        text="This operator does not work on these two types. Both sides need the same kind of value; texts can't be "
        "compared with `==` (compare their `keccak256` hashes), and addresses can't be calculated with.",
    ),
    explanation(
        "missing-data-location",
        "6651",
        pattern="none was given",
        text="Say where this text, array or struct is kept: `memory` (a copy that lasts for this call), `calldata` "
        "(what the caller sent, read-only; the cheapest for parameters) or `storage` (a reference to the "
        "contract's own state).",
    ),
    explanation(
        "superfluous-data-location",
        "6651",
        pattern="can only be specified",
        text="`memory`, `calldata` and `storage` belong to texts, bytes, arrays and structs only. Remove the word "
        "here.",
    ),
    explanation(
        "wrong-argument-count",
        "6160",
        "9755",
        text="The call gives too many or too few values. Compare it with the declaration: one value for each "
        "parameter, in the same order.",
    ),
    explanation(
        "not-all-paths-return",
        "6321",
        text="The function promises a value, but can end without a `return`; the caller then gets zero. "
        "Give every branch its `return`.",
    ),
    explanation(
        "return-mismatch",
        "6777",
        "8863",
        text="What is returned does not fit the `returns (…)` in the function's head. "
        "Return one value for each type listed there; without `returns`, return nothing.",
    ),
)
