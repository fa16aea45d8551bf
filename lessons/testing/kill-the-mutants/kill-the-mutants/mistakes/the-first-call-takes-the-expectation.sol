// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    Coin private coin = new Coin(1000);
    address private bo = makeAddr("Bo");

    function testTooMany() public {
        vm.prank(bo);
        vm.expectRevert();
        coin.transfer(bo, coin.balanceOf(bo) + 1);
    }
}
