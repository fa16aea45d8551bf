// verdict: output_limit | resource_limit
// So much that solc can not even write it.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C0 {
    uint256 public x = 1;
}

contract C1 {
    constructor() { new C0(); }
    function f() public { new C0(); }
}

contract C2 {
    constructor() { new C1(); }
    function f() public { new C1(); }
}

contract C3 {
    constructor() { new C2(); }
    function f() public { new C2(); }
}

contract C4 {
    constructor() { new C3(); }
    function f() public { new C3(); }
}

contract C5 {
    constructor() { new C4(); }
    function f() public { new C4(); }
}

contract C6 {
    constructor() { new C5(); }
    function f() public { new C5(); }
}

contract C7 {
    constructor() { new C6(); }
    function f() public { new C6(); }
}

contract C8 {
    constructor() { new C7(); }
    function f() public { new C7(); }
}

contract C9 {
    constructor() { new C8(); }
    function f() public { new C8(); }
}

contract C10 {
    constructor() { new C9(); }
    function f() public { new C9(); }
}

contract C11 {
    constructor() { new C10(); }
    function f() public { new C10(); }
}

contract C12 {
    constructor() { new C11(); }
    function f() public { new C11(); }
}

contract C13 {
    constructor() { new C12(); }
    function f() public { new C12(); }
}

contract C14 {
    constructor() { new C13(); }
    function f() public { new C13(); }
}

contract C15 {
    constructor() { new C14(); }
    function f() public { new C14(); }
}

contract C16 {
    constructor() { new C15(); }
    function f() public { new C15(); }
}
