// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Everybody has a count of their own.
contract Counter {
    error BelowZero();

    mapping(address => uint256) private counts;

    function count() public view returns (uint256) {
        return counts[msg.sender];
    }

    function increment() external {
        counts[msg.sender] += 1;
    }

    function decrement() external {
        if (counts[msg.sender] == 0) revert BelowZero();
        counts[msg.sender] -= 1;
    }
}
