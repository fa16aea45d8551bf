// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Meter {
    uint8 public value;

    constructor(uint8 start) {
        value = start;
    }

    function turn(uint256 steps) external {
        value = uint8(value + steps);
    }

    function share(uint256 total, uint256 people) external pure returns (uint256) {
        return total / people * people;
    }
}
