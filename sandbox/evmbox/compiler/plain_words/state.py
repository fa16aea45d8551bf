"""State, ether, events and the special functions."""

from evmbox.compiler.plain_words.explanation import explanation

STATE = (
    explanation(
        "view-changes-state",
        "8961",
        text="The function promises to change nothing (`view` or `pure`), yet this line may change state: it assigns "
        "a state variable, emits an event, sends ether or calls a function that may. Remove `view` or `pure`, or the "
        "change.",
    ),
    explanation(
        "pure-reads-state",
        "2527",
        text="The function promises not to look at the chain (`pure`), yet this line reads a state variable, a "
        "balance, `msg` or `block`. Use `view` in place of `pure`.",
    ),
    explanation(
        "could-be-stricter",
        "2018",
        text="Only a hint. The function changes nothing, so it can promise that: write the word from the message "
        "(`view`: reads only; `pure`: does not even read) after its visibility.",
    ),
    explanation(
        "value-needs-payable",
        "7006",
        text="Ether can be sent only to what is declared `payable`. Add `payable` to the function or constructor that "
        "is called, or leave out `{{value: …}}`.",
    ),
    explanation(
        "msg-value-needs-payable",
        "5887",
        text="A function that looks at `msg.value` must be able to receive ether: mark it `payable`.",
    ),
    explanation(
        "address-not-payable",
        "9862",
        text="`transfer` and `send` send ether only to an `address payable`: write `payable(x).transfer(…)`.",
    ),
    explanation(
        "ignored-result",
        "9302",
        "5878",
        text="A call like this does not revert when it fails, it only says so. Look at what it returns: `(bool "
        'ok, ) = to.call{{value: amount}}(""); require(ok, "failed");`.',
    ),
    explanation(
        "constant-rules",
        "6520",
        "8349",
        "4266",
        text="A `constant` gets its value where it is declared, from other constants only, and never another: "
        "`uint256 constant FEE = 1 ether;`. For a value that is known at deployment write `immutable`, for "
        "one that changes write neither.",
    ),
    explanation(
        "immutable-is-set-once",
        "1581",
        text="An `immutable` is set where it is declared or in the constructor, and never again. Leave out "
        "`immutable` if it is to change.",
    ),
    explanation(
        "immutable-type",
        "6377",
        text="Only simple values such as numbers, addresses and `bytes32` can be `immutable`. Leave out the word "
        "for texts, arrays and structs.",
    ),
    explanation(
        "receive-form",
        "4095",
        "7793",
        "6857",
        text="What takes plain ether is written exactly `receive() external payable {{ … }}`, without parameters.",
    ),
    explanation(
        "fallback-form",
        "1159",
        text="What answers calls of functions that do not exist is written `fallback() external {{ … }}`, or "
        "`fallback() external payable {{ … }}` if it takes ether.",
    ),
    explanation(
        "payable-needs-an-outside",
        "5587",
        text="Ether comes from outside, so only `public` and `external` functions can be `payable`. Inside, "
        "`msg.value` can still be read by the function that was called.",
    ),
    explanation(
        "too-many-indexed",
        "7249",
        text="An event has room for three `indexed` parameters. Leave out `indexed` at those that nobody will "
        "search for; they are in the log all the same.",
    ),
    explanation(
        "this-in-constructor",
        "5805",
        text="While the constructor runs the contract has no code yet, so `this.f()` fails. Call the function "
        "directly: `f()`, which must not be `external`.",
    ),
    explanation(
        "modifier-without-body",
        "2883",
        text="`_;` in a modifier is where the function's own code runs. Write it after the check: `modifier "
        "onlyOwner() {{ require(msg.sender == owner); _; }}`.",
    ),
)
