// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Off by one: a tip of 1 wei is refused.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 1, "empty tip");
        total += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
