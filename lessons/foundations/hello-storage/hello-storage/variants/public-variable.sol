// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The getter of a public variable is `get()`; the old number is remembered first, and the event comes last.
contract SimpleStorage {
    uint256 public get;

    event Changed(address indexed by, uint256 from, uint256 to);

    function set(uint256 value) public returns (uint256 previous) {
        previous = get;
        get = value;
        emit Changed(msg.sender, previous, value);
    }
}
