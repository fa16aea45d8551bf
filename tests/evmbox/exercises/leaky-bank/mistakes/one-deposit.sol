// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Bank} from "./Bank.sol";

contract Thief {
    Bank private immutable bank;

    constructor(Bank bank_) {
        bank = bank_;
    }

    function steal() external payable {
        bank.deposit{value: msg.value}();
        bank.withdraw(msg.value);
    }

    receive() external payable {
        if (address(bank).balance >= msg.value) {
            try bank.withdraw(msg.value) {} catch {}
        }
    }
}

contract BankTest is Test {
    Bank bank;
    address ada = makeAddr("ada");
    address bo = makeAddr("bo");

    function setUp() public {
        bank = new Bank();
        hoax(ada, 10 ether);
        bank.deposit{value: 4 ether}();
    }

    function testTwoDepositsAddUp() public {
        vm.prank(ada);
        bank.balanceOf(ada);
        assertEq(bank.balanceOf(ada), 4 ether);
    }

    function testMovingToOneself() public {
        vm.prank(ada);
        bank.move(ada, 3 ether);
        assertEq(bank.balanceOf(ada), 4 ether);
    }

    function testTheTotalFalls() public {
        vm.prank(ada);
        bank.withdraw(1 ether);
        assertEq(bank.total(), 3 ether);
    }

    function testReentrancy() public {
        Thief thief = new Thief(bank);
        thief.steal{value: 1 ether}();
        assertEq(address(thief).balance, 1 ether);
    }
}
