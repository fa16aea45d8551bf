// verdict: compiled
// A file may import itself; it is one file all the same.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "./Contract.sol";

contract Mirror {}
