// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A number that only the owner sets, and an owner who hands over in two steps
contract Owned {
    /// @notice Someone other than the owner called.
    error NotOwner(address caller);
    /// @notice Someone other than the pending owner tried to accept.
    error NotPendingOwner(address caller);

    /// @notice The owner offered ownership; `to` is zero where the offer was taken back.
    event OwnershipOffered(address indexed from, address indexed to);
    /// @notice Ownership has gone over.
    event OwnershipTransferred(address indexed from, address indexed to);

    // Task 1: who deployed it is the owner.
    /// @notice Who may do what only the owner may.
    address public owner;

    /// @notice Who may accept ownership; zero for nobody.
    address public pendingOwner;

    /// @notice The number.
    uint256 public number;

    // Task 4: write a modifier that refuses everyone but the owner.

    /// @notice Sets the number.
    function setNumber(uint256 newNumber) external {
        // Task 1: set the number.
    }

    /// @notice Offers ownership to an account, in place of an earlier offer.
    function transferOwnership(address to) external {
        // Task 2: make the account pending, and tell of it.
    }

    /// @notice Takes ownership that was offered.
    function acceptOwnership() external {
        // Task 3: who may, and what changes?
    }
}
