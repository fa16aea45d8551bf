// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Everybody has a number of their own.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    mapping(address => uint256) private numbers;

    function set(uint256 newNumber) external {
        emit Changed(msg.sender, numbers[msg.sender], newNumber);
        numbers[msg.sender] = newNumber;
    }

    function get() external view returns (uint256) {
        return numbers[msg.sender];
    }
}
