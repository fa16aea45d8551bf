// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Everyone sees their own tips only.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    mapping(address => uint256) private tips;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        tips[msg.sender] += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }

    function total() external view returns (uint256) {
        return tips[msg.sender];
    }
}
