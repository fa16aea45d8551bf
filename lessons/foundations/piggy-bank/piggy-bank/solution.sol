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
    /// @notice The owner did not accept the ether.
    error NotDelivered();

    /// @notice Ether was put in.
    event Saved(address indexed by, uint256 amount);

    /// @notice Who deployed the bank.
    address public immutable owner = msg.sender;

    /// @notice The first second at which it may be smashed.
    uint256 public immutable opensAt = block.timestamp + 1 weeks;

    /// @notice Takes ether from anyone.
    receive() external payable {
        emit Saved(msg.sender, msg.value);
    }

    /// @notice Refuses whatever the bank does not know.
    fallback() external payable {
        revert NoSuchFunction(msg.sig);
    }

    /// @notice Sends everything to the owner, once the week is over.
    function smash() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (block.timestamp < opensAt) revert TooEarly(opensAt);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        if (!delivered) revert NotDelivered();
    }
}
