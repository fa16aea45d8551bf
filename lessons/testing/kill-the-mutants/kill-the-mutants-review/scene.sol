// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Parcels {
    uint256 private immutable limit;

    constructor(uint256 limit_) {
        limit = limit_;
    }

    function price(uint256 weight) public view returns (uint256) {
        return weight > limit ? 9 : 4;
    }

    function mutant(uint256 weight) public view returns (uint256) {
        return weight >= limit ? 9 : 4;
    }

    function testLight(uint256 less) external view returns (bool passes) {
        return mutant(limit - less) == 4;
    }

    function testHeavy(uint256 more) external view returns (bool passes) {
        return mutant(limit + more) == 9;
    }
}
