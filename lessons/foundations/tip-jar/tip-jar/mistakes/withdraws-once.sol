// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Can be emptied only once.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;
    bool private done;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata) external payable {
        require(msg.value > 0, "empty tip");
        total += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        require(!done, "already withdrawn");
        done = true;
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
