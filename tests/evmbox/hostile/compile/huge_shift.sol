// verdict: compile_error 2271
// A constant moved out of all memory.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C { uint256 constant X = 1 << (2 ** 255); }
