// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title One number that anyone may read and anyone may change
contract SimpleStorage {
    /// @notice Says who changed the number, what it was before, and what it is now.
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    /// @notice Replaces the number.
    function set(uint256 newNumber) external {
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    /// @notice Answers the number.
    function get() external view returns (uint256) {
        return number;
    }
}
