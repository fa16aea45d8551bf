// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A jar that anyone may put ether into and only its owner may empty
contract TipJar {
    /// @notice Someone other than the owner tried to withdraw.
    error NotOwner(address caller);

    // Task 2: declare the variable that keeps the sum of all tips.
    // Task 3: remember who deployed the contract.

    /// @notice Takes the ether sent along as a tip.
    function tip(string calldata /* note */) external payable {
        // Task 1: refuse a tip without ether.
        // Task 2: add the tip to the sum.
    }

    /// @notice Answers the sum of all tips ever made, in wei.
    function total() external view returns (uint256) {
        // Task 2: answer the sum that you keep.
        return 0;
    }

    /// @notice Sends everything in the jar to the owner.
    function withdraw() external {
        // Task 4: refuse everyone but the owner with NotOwner.
        // Task 3: send the ether, and revert if it was not delivered.
    }
}
