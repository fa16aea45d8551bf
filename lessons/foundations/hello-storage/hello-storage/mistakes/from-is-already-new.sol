// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The old number is gone by the time the event asks for it.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        number = newNumber;
        emit Changed(msg.sender, number, newNumber);
    }

    function get() external view returns (uint256) {
        return number;
    }
}
