// verdict: compile_error 6275
// An address that brings its own content.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "data:text/plain,contract%20X%20%7B%7D";
