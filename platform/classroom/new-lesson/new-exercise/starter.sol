// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What the contract is, in a few words
contract NewContract {
    // Task 2: declare the variable that keeps the count.

    /// @notice Adds one to the count.
    function add() external {
        // Task 1: add one.
    }

    /// @notice Answers the count.
    function count() external view returns (uint256) {
        // Task 2: answer the count that you keep.
        return 0;
    }
}
