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

    function testTwoPledgesOfOne() public {
        vm.startPrank(ada);
        fund.pledge{value: 1 ether}();
        fund.pledge{value: 2 ether}();
        vm.stopPrank();

        assertEq(fund.pledged(ada), 2 ether);
    }
}
