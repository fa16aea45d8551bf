// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import "forge-std/Test.sol";
import "./Fund.sol";

contract FundTest is Test {
    uint256 private constant GOAL = 100;

    receive() external payable {}

    function test_a_fund_that_reaches_its_goal() public {
        Fund fund = new Fund(GOAL, 1 weeks);
        uint256 end = block.timestamp + 1 weeks;
        vm.warp(end - 1);
        for (uint256 i = 1; i <= 4; i++) {
            vm.expectEmit(address(fund));
            emit Fund.Pledged(address(this), GOAL / 4, i * (GOAL / 4));
            fund.pledge{value: GOAL / 4}();
        }
        assertEq(fund.pledged(address(this)), GOAL, "all four");
        vm.warp(end);
        (bool taken, ) = address(fund).call{value: 1}(abi.encodeCall(Fund.pledge, ()));
        assertFalse(taken, "too late");
        fund.claim();
        assertEq(address(fund).balance, 0);
    }

    function test_a_fund_that_does_not() public {
        Fund fund = new Fund(GOAL, 1 weeks);
        fund.pledge{value: 30}();
        hoax(address(77));
        fund.pledge{value: 30}();
        skip(8 days);
        uint256 before = address(this).balance;
        for (uint256 i = 0; i < 3; i++) fund.refund();
        assertEq(address(this).balance, before + 30);
        assertEq(fund.pledged(address(this)), 0);
    }
}
