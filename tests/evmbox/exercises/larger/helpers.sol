// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

interface Larger {
    function max(uint256 a, uint256 b) external pure returns (uint256);
}
