// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Fund} from "./Fund.sol";

contract FundTest is Test {
    function testGoal() public {
        Fund fund = new Fund(10, 5);
        fund.pledge{value: 10}();
        skip(4);
        vm.expectRevert();
        fund.claim();
    }
}
