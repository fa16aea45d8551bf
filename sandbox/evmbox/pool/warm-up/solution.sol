// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract WarmUp {
    error NotOwner(address caller);

    event Changed(address indexed by, uint256 value, string note);

    struct Entry {
        uint64 time;
        uint128 value;
    }

    address public immutable owner;
    mapping(address => Entry[]) private entries;

    constructor(address owner_) {
        owner = owner_;
    }

    function set(uint256 value, string calldata note) external payable returns (uint256) {
        require(value > 0, "nothing to set");
        entries[msg.sender].push(Entry(uint64(block.timestamp), uint128(value)));
        emit Changed(msg.sender, value, note);
        return entries[msg.sender].length;
    }

    function latest(address by) external view returns (Entry memory) {
        return entries[by][entries[by].length - 1];
    }

    function withdraw() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool paid,) = owner.call{value: address(this).balance}("");
        require(paid);
    }
}
