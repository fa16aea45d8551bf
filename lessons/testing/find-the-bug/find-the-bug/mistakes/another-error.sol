// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Fund} from "./Fund.sol";

contract FundTest is Test {
    Fund private fund;
    address private organizer = makeAddr("Organizer");
    address private ada = makeAddr("Ada");
    address private bo = makeAddr("Bo");

    function setUp() public {
        vm.prank(organizer);
        fund = new Fund(10 ether, 30 days);
        vm.deal(ada, 20 ether);
        vm.deal(bo, 20 ether);
    }

    function testTheDeadlineItselfIsTooLate() public {
        vm.warp(fund.deadline() - 1);
        vm.prank(ada);
        fund.pledge{value: 1 ether}();

        vm.warp(fund.deadline());
        vm.expectRevert(Fund.TooEarly.selector);
        vm.prank(bo);
        fund.pledge{value: 1 ether}();
    }
}
