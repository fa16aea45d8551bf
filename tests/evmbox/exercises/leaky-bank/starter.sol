// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Bank} from "./Bank.sol";

contract BankTest is Test {
    Bank bank = new Bank();

    function testDeposit() public {
        bank.deposit{value: 1 ether}();
        assertEq(bank.balanceOf(address(this)), 1 ether);
    }
}
