// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// No guard at all: whoever calls first empties the jar for the owner, and in many jars for themselves.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        total += msg.value;
    }

    function withdraw() external {
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
