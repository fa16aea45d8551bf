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

    // Tests that were there before. They pass, on the fund with its bugs and on a right one.

    function testPledgesAddUp() public {
        vm.prank(ada);
        fund.pledge{value: 6 ether}();
        vm.prank(bo);
        fund.pledge{value: 5 ether}();

        assertEq(fund.raised(), 11 ether);
        assertEq(fund.pledged(ada), 6 ether);
        assertEq(fund.pledged(bo), 5 ether);
    }

    function testTheOrganizerIsPaid() public {
        vm.prank(ada);
        fund.pledge{value: 11 ether}();
        skip(31 days);

        fund.claim();

        assertEq(organizer.balance, 11 ether);
        assertTrue(fund.claimed());
    }

    function testWhoPledgedGetsItBack() public {
        vm.prank(ada);
        fund.pledge{value: 6 ether}();
        skip(31 days);

        vm.prank(ada);
        fund.refund();

        assertEq(ada.balance, 20 ether);
    }

    function testLateIsTooLate() public {
        skip(31 days);

        vm.expectRevert(Fund.TooLate.selector);
        vm.prank(ada);
        fund.pledge{value: 1 ether}();
    }

    // Task 1: pledges. Task 2: claims and refunds. Write a test for each bug.
}
