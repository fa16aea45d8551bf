// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Leaves its ether to somebody who is not asked
contract Bequest {
    constructor(address payable heir) payable {
        selfdestruct(heir);
    }
}
