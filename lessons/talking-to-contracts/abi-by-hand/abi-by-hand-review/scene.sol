// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Post {
    uint256 public kept;
    mapping(bytes32 hash => bool) private known;

    function size(address, string calldata, string calldata) external pure returns (uint256) {
        return msg.data.length;
    }

    function stamp(string calldata left, string calldata right) external {
        bytes32 hash = keccak256(abi.encodePacked(left, right));
        if (!known[hash]) kept += 1;
        known[hash] = true;
    }
}
