// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Sums {
    function sum(uint8 a, uint8 b) external pure returns (uint8) {
        return a + b;
    }

    function wrapped(uint8 a, uint8 b) external pure returns (uint8) {
        unchecked {
            return a + b;
        }
    }

    function countdown(uint8 from, uint8 steps) external pure returns (uint8) {
        unchecked {
            for (uint8 i = 0; i < steps; i++) {
                from--;
            }
        }
        return from;
    }

    function narrowed(uint256 a) external pure returns (uint8) {
        return uint8(a);
    }

    function fee(uint256 price) external pure returns (uint256) {
        return price / 100 * 3;
    }

    function average(int256 a, int256 b) external pure returns (int256) {
        return (a + b) / 2;
    }

    function flipped(int256 a) external pure returns (int256) {
        return a / -1;
    }
}
