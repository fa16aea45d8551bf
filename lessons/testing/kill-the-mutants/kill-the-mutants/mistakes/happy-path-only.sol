// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    Coin private coin = new Coin(1000);
    address private bo = makeAddr("Bo");

    function testTransfer() public {
        assertTrue(coin.transfer(bo, 30));
        assertEq(coin.balanceOf(bo), 30);
        assertEq(coin.balanceOf(address(this)), 970);
    }

    function testAllowance() public {
        coin.approve(bo, 20);
        assertEq(coin.allowance(address(this), bo), 20);
        vm.prank(bo);
        coin.transferFrom(address(this), bo, 20);
        assertEq(coin.balanceOf(bo), 20);
        assertEq(coin.allowance(address(this), bo), 0);
    }
}
