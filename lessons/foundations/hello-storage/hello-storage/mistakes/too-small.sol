// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Half of a uint256 fits into a uint128; the rest is cut off.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint128 private number;

    function set(uint256 newNumber) external {
        emit Changed(msg.sender, number, newNumber);
        number = uint128(newNumber);
    }

    function get() external view returns (uint256) {
        return number;
    }
}
