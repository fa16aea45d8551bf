// verdict: compile_error 2314
// Letters that cannot be seen.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C { uint256 pub​lic; }
