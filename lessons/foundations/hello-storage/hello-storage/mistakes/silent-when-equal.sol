// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Says nothing when the same number is set again.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        if (newNumber == number) return;
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
