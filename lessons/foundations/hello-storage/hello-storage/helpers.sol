// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface ISimpleStorage {
    function set(uint256 newNumber) external;
}

/// @title A contract that calls `set` on behalf of a person
contract Messenger {
    function set(ISimpleStorage target, uint256 newNumber) external {
        target.set(newNumber);
    }
}
