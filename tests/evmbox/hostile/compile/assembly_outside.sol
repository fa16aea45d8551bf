// verdict: compile_error 4619
// Assembly that jumps where it likes is not in the language.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C { function f() public { assembly { jump(0) } } }
