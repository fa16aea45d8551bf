// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The event is declared and never emitted.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
