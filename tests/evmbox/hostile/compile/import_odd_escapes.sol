// verdict: compile_error 6275
// A path written in escapes is the same path.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "\x2fetc\x2fpasswd";
