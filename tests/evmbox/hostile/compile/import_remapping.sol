// verdict: compile_error 6275
// A file that was not handed to the compiler does not exist for it.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "lib=/etc/passwd";

contract Thief {}
