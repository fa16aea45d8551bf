// verdict: compile_error 6275
// Another machine's way to go up.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "..\\..\\..\\etc\\passwd";
