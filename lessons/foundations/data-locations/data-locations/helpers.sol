// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IRoster {
    function add(string calldata name) external;
}

/// @title A contract that adds members
contract Messenger {
    function add(IRoster roster, string calldata name) external {
        roster.add(name);
    }
}
