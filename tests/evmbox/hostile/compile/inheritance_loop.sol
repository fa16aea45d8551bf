// verdict: compile_error 2449
// Each is the other's parent.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract A is B {}
contract B is A {}
