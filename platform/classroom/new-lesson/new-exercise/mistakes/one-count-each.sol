// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract NewContract {
    mapping(address => uint256) private counts;

    function count() external view returns (uint256) {
        return counts[msg.sender];
    }

    function add() external {
        counts[msg.sender] += 1;
    }
}
