// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A bank that takes ether from anyone and gives it to its owner after a week
contract PiggyBank {
    /// @notice Someone other than the owner tried to smash it.
    error NotOwner(address caller);
    /// @notice The owner came before the week was over.
    error TooEarly(uint256 opensAt);
    /// @notice The bank has no such function.
    error NoSuchFunction(bytes4 selector);

    /// @notice Ether was put in.
    event Saved(address indexed by, uint256 amount);

    // Task 1: a function that runs where ether comes without data.
    // Task 2: a function that runs where the data names no function.

    /// @notice The first second at which it may be smashed.
    function opensAt() external view returns (uint256) {
        // Task 3: fix the time at deployment, and answer it.
        return 0;
    }

    /// @notice Sends everything to the owner, once the week is over.
    function smash() external {
        // Task 4: refuse strangers, and the owner before the time.
        // Task 3: send the ether, and revert if it was not delivered.
    }
}
