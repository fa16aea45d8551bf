// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Can be set once only.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    bool private isSet;
    uint256 private number;

    function set(uint256 newNumber) external {
        require(!isSet, "already set");
        isSet = true;
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
