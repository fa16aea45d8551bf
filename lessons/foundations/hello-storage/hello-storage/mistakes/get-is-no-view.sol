// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Without `view`, the interface promises nothing: wallets and apps send a transaction to read.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private number;

    function set(uint256 newNumber) external {
        emit Changed(msg.sender, number, newNumber);
        number = newNumber;
    }

    function get() external returns (uint256) {
        return number;
    }
}
