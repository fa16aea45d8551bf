// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Pantry {
    uint256 private immutable jars;
    mapping(uint256 kind => uint256 count) private taken;

    constructor(uint256 jars_) {
        jars = jars_;
    }

    function take(uint256[] calldata kinds, uint256[] calldata counts) external {
        require(kinds.length == counts.length);
        for (uint256 i = 0; i < kinds.length; i++) {
            taken[kinds[i]] += counts[i];
            require(taken[kinds[i]] <= jars);
        }
    }

    function left(uint256 kind) external view returns (uint256) {
        return jars - taken[kind];
    }
}
