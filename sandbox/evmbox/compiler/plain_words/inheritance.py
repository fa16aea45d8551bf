"""Contracts that build on others: inheritance, abstract contracts, interfaces."""

from evmbox.compiler.plain_words.explanation import explanation

INHERITANCE = (
    explanation(
        "missing-override",
        "9456",
        text="A contract that this one inherits from has the same function. If you mean to replace it, add `override` "
        "to the function's head; otherwise give yours another name.",
    ),
    explanation(
        "missing-virtual",
        "4334",
        text="A function can be replaced by an heir only if it allows that: add `virtual` to the head of the function "
        "in the contract that is inherited from.",
    ),
    explanation(
        "not-everything-implemented",
        "3656",
        text="The contract inherits or declares functions that have no body, so it can't be deployed. Write those "
        "functions, with the same name and types; or, if that is meant, mark the contract `abstract`.",
    ),
    explanation(
        "overrides-nothing",
        "7792",
        text="No contract that this one inherits from has this function with the same parameters. Check the name "
        "and the types, and what stands after `is`; or remove `override`.",
    ),
    explanation(
        "override-differs",
        "4822",
        "6959",
        "9098",
        text="A function that replaces another keeps its visibility, what it returns and what it promises "
        "(`view`, `pure`, `payable`). Write them as in the contract that is inherited from; only a stricter "
        "promise may be added.",
    ),
    explanation(
        "override-of-two",
        "4327",
        "6480",
        text="Two of the contracts inherited from have this function. Write one that replaces both, and name "
        "them: `function f() public override(A, B) {{ … }}`.",
    ),
    explanation(
        "order-of-inheritance",
        "5005",
        text="After `is` the most general contract comes first: if `B` inherits from `A`, write `is A, B`.",
    ),
    explanation(
        "base-constructor",
        "3415",
        text="The constructor of a contract inherited from needs values. Give them after `is`, `contract B is "
        "A(1)`, or in the constructor's head: `constructor(uint256 x) A(x) {{ … }}`.",
    ),
    explanation(
        "cannot-be-created",
        "4614",
        "2971",
        text="Only a contract with all its functions written can be created with `new`, so no abstract contract "
        "and no interface. Name one that inherits from it; or, if it runs already, take it by its address: "
        "`Token(tokenAddress)`.",
    ),
    explanation(
        "interface-form",
        "1560",
        "8274",
        "4726",
        "6482",
        text="An interface only lists functions from outside: each is `external` and ends with `;` instead of a "
        "body, and there are no variables and no constructor.",
    ),
    explanation(
        "function-without-body",
        "5424",
        text="A function has a body in braces, `{{ … }}`. One that ends with `;` instead only belongs into an "
        "interface, or with `virtual` into an abstract contract.",
    ),
)
