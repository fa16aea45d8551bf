// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Names the contract itself instead of who called it.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        emit Changed(address(this), number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
