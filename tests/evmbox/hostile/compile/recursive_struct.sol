// verdict: compile_error 2046
// A thing that holds itself.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C { struct S { S s; } S x; }
