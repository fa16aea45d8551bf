// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Counter {
    error BelowZero();

    function count() external view returns (uint256) {}

    function increment() external {}

    function decrement() external {}
}
