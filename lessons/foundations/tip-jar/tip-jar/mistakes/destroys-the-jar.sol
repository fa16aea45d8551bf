// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// `selfdestruct` sends the ether and reports nothing.
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
        if (msg.sender != owner) revert NotOwner(msg.sender);
        selfdestruct(payable(owner));
    }
}
