"""What old tutorials still teach, and how it is written now."""

from evmbox.compiler.plain_words.explanation import explanation

OLDER = (
    explanation(
        "old-now",
        "7359",
        text="`now` is from an older Solidity. Write `block.timestamp`.",
    ),
    explanation(
        "old-throw",
        "4538",
        text='`throw` is from Solidity before 0.5. Write `revert("reason");`, or `revert MyError();` with an '
        'error you have declared, or check first with `require(condition, "reason");`.',
    ),
    explanation(
        "old-constructor-name",
        "5796",
        text="Before Solidity 0.5 a constructor was a function with the contract's name. Now it is written "
        "`constructor() {{ … }}`, without the word `function` and without a name.",
    ),
    explanation(
        "superfluous-function-word",
        "3323",
        "3445",
        text="`constructor`, `receive` and `fallback` are written without the word `function` before them, such "
        "as `constructor() {{ … }}` or `receive() external payable {{ … }}`.",
    ),
    explanation(
        "old-constructor-visibility",
        "2462",
        "1845",
        "8295",
        text="Since Solidity 0.7 a constructor is written without `public` or `internal`: `constructor() {{ … "
        "}}`. Mark the contract `abstract` if it is only there to be inherited from.",
    ),
    explanation(
        "old-fallback",
        "2915",
        text="A function without a name is from Solidity before 0.6. Write `receive() external payable {{ … }}` "
        "to take plain ether, or `fallback() external payable {{ … }}` for calls of functions that do not "
        "exist.",
    ),
    explanation(
        "old-constant-function",
        "2314",
        pattern="^Expected '\\{' but got 'constant'",
        text="`constant` functions are from Solidity before 0.5. Write `view` for a function that only reads "
        "state, `pure` for one that does not even read it.",
    ),
    explanation(
        "old-name",
        "3557",
        "8050",
        "2256",
        "1400",
        "8113",
        text="This name is from an older Solidity. Write the one that the message gives: `keccak256(…)`, "
        "`selfdestruct(…)`, `delegatecall(…)`, `gasleft()` or `blockhash(…)`.",
    ),
    explanation(
        "old-call-options",
        "1621",
        text='Since Solidity 0.7 the options of a call stand in braces: `to.call{{value: amount}}("")` and '
        "`other.f{{gas: 50_000}}()`.",
    ),
    explanation(
        "old-years",
        "4820",
        text="`years` is gone, since not all years are equally long. Write `365 days`.",
    ),
    explanation(
        "old-array-length",
        "7567",
        text="Since Solidity 0.6 an array's length can't be set. `a.push(x)` adds one, `a.pop()` removes the "
        "last, `delete a` empties it.",
    ),
    explanation(
        "old-abi-coder",
        "8506",
        "9511",
        text="This line is from older tutorials. What it switches on is usual since Solidity 0.8, or goes away "
        "soon: remove the line.",
    ),
    explanation(
        "old-difficulty",
        "8417",
        text="Ethereum is no longer mined, so there is no difficulty. The same place holds `block.prevrandao` "
        "now, which is not random enough where money depends on it.",
    ),
    explanation(
        "old-selfdestruct",
        "5159",
        text="`selfdestruct` no longer removes a contract; it only sends its ether away. Write a function that "
        "sends the balance with `call`, and a flag if the contract is to be out of order afterwards.",
    ),
    explanation(
        "old-send",
        "9207",
        text="`transfer` and `send` leave the receiver too little gas to do anything, and will be removed. "
        'Change your own state first, then write `(bool ok, ) = to.call{{value: amount}}(""); require(ok, '
        '"not sent");`.',
    ),
    explanation(
        "old-this-member",
        "3125",
        text="A contract is no address by itself. Write `address(this).balance`, and `payable(address(x))` for a "
        "contract that is to get ether.",
    ),
)
