// verdict: compile_error 6275
// What a command line calls its input is no file here.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "-";
import "<stdin>";
