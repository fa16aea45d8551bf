// verdict: compile_error 2271
// A constant with more digits than there is memory for.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C { uint256 constant X = 10 ** (10 ** (10 ** 10)); }
