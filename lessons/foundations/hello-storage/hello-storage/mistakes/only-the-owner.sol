// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Copied from a tutorial: only the deployer may set.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    address private immutable owner = msg.sender;
    uint256 private number;

    function set(uint256 newNumber) external {
        require(msg.sender == owner, "not the owner");
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external view returns (uint256) {
        return number;
    }
}
