// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Sends the latest tip and keeps the rest for ever.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;
    uint256 private latest;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        total += msg.value;
        latest = msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: latest}("");
        require(delivered, "not delivered");
    }
}
