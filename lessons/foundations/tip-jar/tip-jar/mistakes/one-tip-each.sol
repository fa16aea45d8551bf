// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Everyone may tip only once.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;
    mapping(address => bool) private hasTipped;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        require(!hasTipped[msg.sender], "thank you, once is enough");
        hasTipped[msg.sender] = true;
        total += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
