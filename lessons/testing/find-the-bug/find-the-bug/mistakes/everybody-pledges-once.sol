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
        vm.expectRevert(Fund.TooLate.selector);
        vm.prank(bo);
        fund.pledge{value: 1 ether}();
    }

    function testTwoPledgesOfOneAddUp() public {
        vm.startPrank(ada);
        fund.pledge{value: 1 ether}();
        vm.stopPrank();

        assertEq(fund.pledged(ada), 1 ether);
    }

    function testExactlyTheGoalIsEnough() public {
        vm.prank(ada);
        fund.pledge{value: 10 ether}();
        vm.warp(fund.deadline());

        fund.claim();

        assertEq(organizer.balance, 10 ether);
    }

    function testASecondRefundPaysNothing() public {
        vm.prank(ada);
        fund.pledge{value: 1 ether}();
        vm.prank(bo);
        fund.pledge{value: 5 ether}();
        vm.warp(fund.deadline());

        vm.startPrank(ada);
        fund.refund();
        fund.refund();
        vm.stopPrank();

        assertEq(ada.balance, 20 ether);
        assertEq(address(fund).balance, 5 ether, "what is left for Bo");
    }

    function testTheEventSaysWhatHasComeTogether() public {
        vm.prank(ada);
        fund.pledge{value: 2 ether}();

        vm.expectEmit();
        emit Fund.Pledged(bo, 3 ether, 5 ether);
        vm.prank(bo);
        fund.pledge{value: 3 ether}();
    }
}
