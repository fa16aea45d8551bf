// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Raffle {
    error NotDelivered();

    address private immutable owner = msg.sender;
    uint256 public sold;

    function buy() external payable {
        sold += 1;
    }

    function payOut(address winner) external {
        if (msg.sender != owner) return;
        (bool delivered, ) = winner.call{value: address(this).balance}("");
        if (!delivered) revert NotDelivered();
    }
}
