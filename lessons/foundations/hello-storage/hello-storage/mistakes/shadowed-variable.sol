// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Declares a new local variable instead of writing to the one in storage.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        uint256 number = newNumber;
        emit Changed(msg.sender, number, newNumber);
    }

    function get() external view returns (uint256) {
        return number;
    }
}
