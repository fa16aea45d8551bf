// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Voucher} from "./Voucher.sol";

contract VoucherTest is Test {
    Voucher voucher;
    address ada = makeAddr("ada");
    address bo = makeAddr("bo");
    uint256 start;

    function setUp() public {
        start = block.timestamp;
        voucher = new Voucher(1 ether);
        hoax(ada, 300 ether);
        voucher.buy{value: 250.5 ether}();
    }

    function testBuying() public view {
        assertEq(voucher.held(ada), 250, "what Ada holds");
        assertEq(ada.balance, 49.5 ether);
    }

    function testPassing(uint256 amount) public {
        amount = bound(amount, 0, 250);
        vm.prank(ada);
        voucher.pass(bo, amount);
        assertEq(voucher.held(ada), 250 - amount);
        assertEq(voucher.held(bo), amount);
    }

    function testPassingMoreThanHeld() public {
        vm.expectRevert(abi.encodeWithSelector(Voucher.TooFew.selector, 250));
        vm.prank(ada);
        voucher.pass(bo, 251);
    }

    function testPassingAll() public {
        vm.prank(ada);
        voucher.pass(bo, 250);
        assertEq(voucher.held(bo), 250);
    }

    function testAllowance() public {
        vm.prank(ada);
        voucher.allow(bo, 5);
        vm.startPrank(bo);
        voucher.passFor(ada, bo, 3);
        assertEq(voucher.held(bo), 3);
        assertEq(voucher.allowed(ada, bo), 2);
        vm.expectRevert();
        voucher.passFor(ada, bo, 3);
        vm.stopPrank();
    }

    function testTheSaleCloses() public {
        vm.warp(start + 1 weeks - 1);
        voucher.buy{value: 1 ether}();
        skip(1);
        vm.expectRevert(Voucher.Closed.selector);
        voucher.buy{value: 1 ether}();
    }

    function testAVoucherHasAPrice() public {
        vm.expectRevert(bytes("free"));
        new Voucher(0);
    }
}
