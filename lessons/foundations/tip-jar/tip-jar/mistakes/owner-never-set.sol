// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The constructor is missing, so the owner is the zero address and the ether is locked up.
contract TipJar {
    error NotOwner(address caller);

    address public owner;
    uint256 public total;

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        total += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
