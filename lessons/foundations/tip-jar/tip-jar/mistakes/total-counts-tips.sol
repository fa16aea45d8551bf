// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Counts the tips instead of adding up their wei.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        total += 1;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
