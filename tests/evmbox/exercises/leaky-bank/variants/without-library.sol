// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Bank.sol";

contract Twice {
    Bank bank;

    constructor(Bank bank_) payable {
        bank = bank_;
        bank.deposit{value: 10}();
    }

    function run() external {
        bank.withdraw(10);
    }

    receive() external payable {
        try bank.withdraw(10) {} catch {}
    }
}

contract BankTest {
    Bank private bank = new Bank();

    receive() external payable {}

    function test_deposits() public {
        bank.deposit{value: 10}();
        bank.deposit{value: 20}();
        assert(bank.balanceOf(address(this)) == 30);
        bank.move(address(this), 30);
        assert(bank.balanceOf(address(this)) == 30);
        bank.withdraw(30);
        assert(bank.total() == 0);
    }

    function test_twice() public {
        bank.deposit{value: 20}();
        Twice twice = new Twice{value: 10}(bank);
        twice.run();
        assert(address(bank).balance == 20);
    }
}
