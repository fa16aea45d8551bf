// verdict: compile_error 6326
// Nothing is imported from nowhere.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "";
