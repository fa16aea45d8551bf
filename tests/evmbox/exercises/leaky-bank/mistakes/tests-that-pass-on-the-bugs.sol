// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Bank} from "./Bank.sol";

contract BankTest is Test {
    function testShowsTheBug() public {
        Bank bank = new Bank();
        bank.deposit{value: 1}();
        bank.deposit{value: 2}();
        assertEq(bank.balanceOf(address(this)), 2, "it forgets the first deposit");
    }
}
