// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A number that goes up and down by one, and never below zero
contract Counter {
    /// @notice The count is 0 and cannot be lowered.
    error BelowZero();

    /// @notice Answers the count.
    uint256 public count;

    /// @notice Adds one.
    function increment() external {
        count += 1;
    }

    /// @notice Takes one away, unless the count is 0.
    function decrement() external {
        if (count == 0) revert BelowZero();
        count -= 1;
    }
}
