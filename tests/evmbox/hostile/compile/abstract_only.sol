// verdict: compiled
// Nothing that can be deployed.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

interface Idea {
    function f() external;
}

abstract contract Plan is Idea {}
