// verdict: compile_error 6275
// No folder is a file.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "./";
