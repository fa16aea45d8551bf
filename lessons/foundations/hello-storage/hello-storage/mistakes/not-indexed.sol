// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The event lacks `indexed`, so nobody can search for the changes made by one account.
contract SimpleStorage {
    event Changed(address by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
