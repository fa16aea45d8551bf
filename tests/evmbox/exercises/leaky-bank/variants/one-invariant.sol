// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Bank} from "./Bank.sol";

contract Customer {
    Bank private immutable bank;
    uint256 private again;

    constructor(Bank bank_) payable {
        bank = bank_;
    }

    function deposit(uint256 amount) external {
        bank.deposit{value: amount}();
    }

    function withdraw(uint256 amount, uint256 times) external {
        again = times;
        bank.withdraw(amount);
    }

    function move(address to, uint256 amount) external {
        bank.move(to, amount);
    }

    receive() external payable {
        if (again == 0) return;
        again--;
        try bank.withdraw(msg.value) {} catch {}
    }
}

/// Whatever is done, in whatever order: what the bank has is what it says it has, and what it owes.
contract BankTest is Test {
    Bank bank = new Bank();
    Customer one = new Customer{value: 1000}(bank);
    Customer two = new Customer{value: 1000}(bank);

    function testInvariant(uint8[12] memory what, uint8[12] memory amounts) public {
        one.deposit(50);
        two.deposit(200);
        for (uint256 i = 0; i < what.length; i++) {
            Customer who = what[i] & 8 == 0 ? one : two;
            uint256 amount = amounts[i];
            if (what[i] & 3 == 0) try who.deposit(amount) {} catch {}
            if (what[i] & 3 == 1) try who.withdraw(amount, 1) {} catch {}
            if (what[i] & 3 == 2) try who.move(address(one), amount) {} catch {}
            if (what[i] & 3 == 3) try who.move(address(two), amount) {} catch {}
            assertEq(address(bank).balance, bank.total(), "the total");
            assertEq(address(bank).balance, bank.balanceOf(address(one)) + bank.balanceOf(address(two)), "what is owed");
        }
    }

    function testNobodyTakesMoreThanTheirs() public {
        one.deposit(100);
        two.deposit(100);
        one.withdraw(100, 1);
        assertEq(address(one).balance, 1000);
    }
}
