// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Fund} from "./Fund.sol";

/// A fund that misses its goal, and people who pledge and ask back.
contract People is Test {
    Fund public immutable fund = new Fund(type(uint256).max, 1 days);
    uint256 public inside;

    function pledge(bool one, uint64 amount) external {
        address who = person(one);
        vm.warp(fund.deadline() - 1);
        hoax(who, amount);
        fund.pledge{value: amount}();
        inside += amount;
    }

    function refund(bool one) external {
        address who = person(one);
        uint256 before = who.balance;
        vm.warp(fund.deadline());
        vm.prank(who);
        fund.refund();
        inside -= who.balance - before;
    }

    function person(bool one) public pure returns (address) {
        return one ? address(0xada) : address(0xb0);
    }
}

contract FundTest is Test {
    People private people;
    event Pledged(address indexed who, uint256 amount, uint256 raised);

    function setUp() public {
        people = new People();
        targetContract(address(people));
        people.pledge(true, 5 ether);
        people.pledge(false, 5 ether);
    }

    function invariant_what_is_pledged_is_there() public view {
        Fund fund = people.fund();
        assertEq(fund.pledged(people.person(true)) + fund.pledged(people.person(false)), people.inside());
        assertEq(address(fund).balance, people.inside());
    }

    function test_the_deadline_is_a_boundary(uint32 time, uint128 goal) public {
        Fund fund = new Fund(goal, uint256(time) + 1);
        vm.deal(address(1), uint256(goal) + 1);
        vm.startPrank(address(1));
        fund.pledge{value: goal}();
        skip(time);
        fund.pledge{value: 0}();
        skip(1);
        vm.expectRevert(Fund.TooLate.selector);
        fund.pledge{value: 1}();
        vm.expectRevert(Fund.GoalReached.selector);
        fund.refund();
        vm.stopPrank();
    }

    function test_the_goal_is_a_boundary(uint64 goal) public {
        Fund fund = new Fund(goal, 1 days);
        fund.pledge{value: goal}();
        skip(1 days);
        fund.claim();
        assertTrue(fund.claimed());
        assertEq(address(fund).balance, 0);
    }

    receive() external payable {}

    function test_the_sum_is_told(uint64 first, uint64 second) public {
        Fund fund = new Fund(1, 1 days);
        fund.pledge{value: first}();
        vm.expectEmit(true, true, true, true);
        emit Pledged(address(this), second, uint256(first) + second);
        fund.pledge{value: second}();
    }
}
