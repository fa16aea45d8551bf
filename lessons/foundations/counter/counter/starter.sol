// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A number that goes up and down by one, and never below zero
contract Counter {
    /// @notice The count is 0 and cannot be lowered.
    error BelowZero();

    // Task 1: declare the variable that keeps the count, and remove this function if that makes one.

    /// @notice Answers the count.
    function count() external view returns (uint256) {
        return 0;
    }

    /// @notice Adds one.
    function increment() external {
        // Task 2: add one.
    }

    /// @notice Takes one away, unless the count is 0.
    function decrement() external {
        // Task 3: refuse where the count is 0.
        // Task 2: take one away.
    }
}
