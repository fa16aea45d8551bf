// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Five days are no week.
contract PiggyBank {
    error NotOwner(address caller);
    error TooEarly(uint256 opensAt);
    error NoSuchFunction(bytes4 selector);
    error NotDelivered();

    event Saved(address indexed by, uint256 amount);

    address public immutable owner = msg.sender;

    uint256 public immutable opensAt = block.timestamp + 5 days;

    receive() external payable {
        emit Saved(msg.sender, msg.value);
    }

    fallback() external payable {
        revert NoSuchFunction(msg.sig);
    }

    function smash() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (block.timestamp < opensAt) revert TooEarly(opensAt);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        if (!delivered) revert NotDelivered();
    }
}
