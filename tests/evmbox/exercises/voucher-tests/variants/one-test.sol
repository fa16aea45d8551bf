// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Voucher} from "./Voucher.sol";

contract VoucherTest is Test {
    function testEverything() public {
        vm.expectRevert(bytes("free"));
        new Voucher(0);
        Voucher voucher = new Voucher(1);
        voucher.buy{value: 1000}();
        vm.expectEmit();
        emit Voucher.Passed(address(this), address(1), 400);
        voucher.pass(address(1), 400);
        assertEq(voucher.held(address(1)), 400);
        assertEq(voucher.held(address(this)), 600);
        vm.expectRevert(abi.encodeWithSelector(Voucher.TooFew.selector, 600));
        voucher.pass(address(1), 601);
        voucher.allow(address(2), 7);
        vm.startPrank(address(2));
        voucher.passFor(address(this), address(2), 7);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        voucher.passFor(address(this), address(2), 1);
        vm.stopPrank();
        vm.warp(voucher.closes());
        vm.expectRevert(Voucher.Closed.selector);
        voucher.buy{value: 1}();
    }
}
