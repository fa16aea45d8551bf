// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Transient storage is empty again after every transaction.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private transient number;

    function set(uint256 newNumber) external {
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
