// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The owner is whoever tips first.
contract TipJar {
    error NotOwner(address caller);

    address public owner;
    uint256 public total;

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        if (owner == address(0)) owner = msg.sender;
        total += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
