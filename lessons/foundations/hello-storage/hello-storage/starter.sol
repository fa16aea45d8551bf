// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title One number that anyone may read and anyone may change
contract SimpleStorage {
    /// @notice Says who changed the number, what it was before, and what it is now.
    event Changed(address indexed by, uint256 from, uint256 to);

    // Task 1: declare the variable that keeps the number.

    /// @notice Replaces the number.
    function set(uint256 newNumber) external {
        // Task 2: keep newNumber.
        // Task 3: emit Changed.
    }

    /// @notice Answers the number.
    function get() external view returns (uint256) {
        // Task 1: answer the number that you keep.
        return 0;
    }
}
