// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Takes the note for the tip: refuses an empty note.
contract TipJar {
    error NotOwner(address caller);

    address public immutable owner;
    uint256 public total;

    constructor() {
        owner = msg.sender;
    }

    function tip(string calldata note) external payable {
        require(bytes(note).length > 0 && msg.value > 0, "empty tip");
        total += msg.value;
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        require(delivered, "not delivered");
    }
}
