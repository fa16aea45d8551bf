// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A `uint64` holds 18.4 ether and not one wei more.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint64 public total;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        total += uint64(msg.value);
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
