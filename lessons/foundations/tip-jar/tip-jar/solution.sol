// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A jar that anyone may put ether into and only its owner may empty
contract TipJar {
    /// @notice Someone other than the owner tried to withdraw.
    error NotOwner(address caller);
    /// @notice A tip came without ether.
    error EmptyTip();
    /// @notice The owner did not accept the ether.
    error NotDelivered();

    /// @notice The account that deployed the jar.
    address public immutable owner;

    /// @notice The sum of all tips ever made, in wei.
    uint256 public total;

    constructor() {
        owner = msg.sender;
    }

    /// @notice Takes the ether sent along as a tip.
    function tip(string calldata /* note */) external payable {
        if (msg.value == 0) revert EmptyTip();
        total += msg.value;
    }

    /// @notice Sends everything in the jar to the owner.
    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        if (!delivered) revert NotDelivered();
    }
}
