// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Roll {
    function join(uint64 since, uint32 shares) external {}

    function member(address who) external view returns (uint64 since, uint32 shares) {}

    function power(uint256 base, uint8 times) external pure returns (uint256) {}
}
