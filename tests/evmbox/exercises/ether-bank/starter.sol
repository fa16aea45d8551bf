// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {EtherBank} from "./EtherBank.sol";

/// Alice deploys this, and then calls `attack()` with 1 ether.
contract Attacker {
    EtherBank private immutable bank;

    constructor(EtherBank bank_) {
        bank = bank_;
    }

    function attack() external payable {}
}
