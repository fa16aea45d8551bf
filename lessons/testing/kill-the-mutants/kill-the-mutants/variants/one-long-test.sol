// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    address private constant A = address(0xa);
    address private constant B = address(0xb);
    address private constant C = address(0xc);

    function testTheLifeOfACoin() public {
        vm.expectEmit();
        emit Coin.Transfer(address(0), address(this), 2 ** 128);
        Coin coin = new Coin(2 ** 128);
        vm.expectEmit(address(coin));
        emit Coin.Transfer(address(this), A, 2 ** 127);
        assert(coin.transfer(A, 2 ** 127));
        assertEq(coin.balanceOf(A), 2 ** 127);
        coin.transfer(A, 2 ** 127);
        assertEq(coin.balanceOf(A), 2 ** 128, "two payments to one");
        assertEq(coin.balanceOf(address(this)), 0, "all was paid");
        vm.startPrank(A);
        coin.transfer(A, 9);
        assertEq(coin.balanceOf(A), coin.totalSupply());
        vm.expectRevert(abi.encodeWithSelector(Coin.ERC20InsufficientBalance.selector, A, 2 ** 128, 2 ** 128 + 1));
        coin.transfer(B, 2 ** 128 + 1);
        vm.expectRevert();
        coin.transfer(address(0), 1);
        vm.expectEmit(true, true, false, true);
        emit Coin.Approval(A, B, 30);
        coin.approve(B, 30);
        coin.approve(B, 10);
        vm.stopPrank();
        vm.startPrank(B);
        vm.expectPartialRevert(Coin.ERC20InsufficientAllowance.selector);
        coin.transferFrom(A, C, 11);
        vm.expectEmit();
        emit Coin.Transfer(A, C, 10);
        coin.transferFrom(A, C, 10);
        vm.expectPartialRevert(Coin.ERC20InsufficientAllowance.selector);
        coin.transferFrom(A, C, 10);
        vm.stopPrank();
        vm.prank(A);
        coin.approve(C, type(uint256).max);
        vm.prank(C);
        coin.transferFrom(A, B, 10);
        assertEq(coin.allowance(A, C), type(uint256).max);
    }
}
