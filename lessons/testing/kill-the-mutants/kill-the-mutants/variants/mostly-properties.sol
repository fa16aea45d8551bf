// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

/// Properties of all amounts, with the boundaries apart.
contract CoinTest is Test {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    Coin private coin;

    function setUp() public {
        vm.expectEmit(true, true, true, true);
        emit Transfer(address(0), address(this), type(uint256).max);
        coin = new Coin(type(uint256).max);
    }

    function _given(address who, uint256 has) private returns (address) {
        coin.transfer(who, has);
        return who;
    }

    function testTransfer(uint96 had, uint128 has, uint128 sent) public {
        address from = _given(makeAddr("from"), has);
        address to = _given(makeAddr("to"), had);
        vm.assume(sent <= has);
        vm.expectEmit(true, true, true, true, address(coin));
        emit Transfer(from, to, sent);
        vm.prank(from);
        assertEq(coin.transfer(to, sent), true);
        assertEq(coin.balanceOf(from), uint256(has) - sent);
        assertEq(coin.balanceOf(to), uint256(had) + sent);
    }

    function testTransferAtTheBoundary(uint256 has, bool zero) public {
        has = bound(has, 2 ** 70, 2 ** 80);
        address from = _given(address(7), has);
        vm.expectRevert(abi.encodeWithSelector(Coin.ERC20InsufficientBalance.selector, from, has, has + 1));
        vm.prank(from);
        coin.transfer(address(8), has + 1);
        vm.prank(from);
        if (zero) vm.expectRevert();
        coin.transfer(zero ? address(0) : address(8), has);
        assertEq(coin.balanceOf(address(8)), zero ? 0 : has);
    }

    function testToNobody() public {
        vm.expectPartialRevert(Coin.ERC20InvalidReceiver.selector);
        coin.transfer(address(0), 0);
    }

    function testTwoPaymentsToOne() public {
        coin.transfer(address(9), 4);
        coin.transfer(address(9), 5);
        assertEq(coin.balanceOf(address(9)), 9);
        assertEq(coin.balanceOf(address(this)), type(uint256).max - 9);
    }

    function testToOneself(uint256 amount) public {
        amount = bound(amount, 1, 2 ** 200);
        coin.transfer(address(5), 2 ** 200);
        vm.prank(address(5));
        coin.transfer(address(5), amount);
        assertEq(coin.balanceOf(address(5)), 2 ** 200);
    }

    function testSpending(uint128 before, uint128 allowed, uint128 spent) public {
        address spender = makeAddr("spender");
        coin.approve(spender, uint256(before) + 1);
        vm.expectEmit();
        emit Approval(address(this), spender, allowed);
        coin.approve(spender, allowed);
        spent = uint128(bound(spent, 0, allowed));
        vm.expectEmit();
        emit Transfer(address(this), address(6), spent);
        vm.prank(spender);
        coin.transferFrom(address(this), address(6), spent);
        assertEq(coin.allowance(address(this), spender), uint256(allowed) - spent);
    }

    function testSpendingAtTheBoundary(uint128 allowed) public {
        vm.assume(allowed > 0);
        coin.approve(address(4), allowed);
        vm.startPrank(address(4));
        vm.expectRevert();
        coin.transferFrom(address(this), address(6), uint256(allowed) + 1);
        coin.transferFrom(address(this), address(6), allowed);
        vm.expectRevert();
        coin.transferFrom(address(this), address(6), 1);
        vm.stopPrank();
    }

    function testSpendingWithoutEnd(uint256 spent) public {
        coin.approve(address(4), type(uint256).max);
        vm.prank(address(4));
        coin.transferFrom(address(this), address(6), bound(spent, 1, 2 ** 250));
        assertEq(coin.allowance(address(this), address(4)), type(uint256).max);
    }
}
