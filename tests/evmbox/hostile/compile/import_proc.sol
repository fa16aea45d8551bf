// verdict: compile_error 6275
// The memory of the process itself is no source.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "/proc/self/environ";
