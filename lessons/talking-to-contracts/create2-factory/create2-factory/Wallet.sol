// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Keeps ether for one owner, who is named when it is made
contract Wallet {
    /// @notice A wallet for nobody is not made.
    error NoOwner();
    /// @notice Only the owner may do this.
    error NotOwner(address caller);
    /// @notice The receiver did not take the ether.
    error NotDelivered();

    /// @notice Who may send what is in here.
    address public immutable owner;

    constructor(address owner_) payable {
        if (owner_ == address(0)) revert NoOwner();
        owner = owner_;
    }

    receive() external payable {}

    /// @notice Pays somebody from the ether in here.
    function pay(address to, uint256 amount) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = to.call{value: amount}("");
        if (!delivered) revert NotDelivered();
    }
}
