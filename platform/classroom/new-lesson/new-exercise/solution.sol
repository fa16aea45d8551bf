// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What the contract is, in a few words
contract NewContract {
    /// @notice How often `add` was called.
    uint256 public count;

    /// @notice Adds one to the count.
    function add() external {
        count += 1;
    }
}
