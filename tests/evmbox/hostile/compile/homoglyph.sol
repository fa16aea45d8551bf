// verdict: compile_error 2314
// A letter of another alphabet that looks the same.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract С {}
