// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The jar sends its ether to itself.
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

    function keep() external payable {}

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        this.keep{value: address(this).balance}();
    }
}
