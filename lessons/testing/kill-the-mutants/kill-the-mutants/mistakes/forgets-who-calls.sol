// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    Coin private coin = new Coin(1000);
    address private bo = makeAddr("Bo");

    function testAllowance() public {
        coin.approve(bo, 20);
        coin.transferFrom(address(this), bo, 20);
        assertEq(coin.balanceOf(bo), 20);
    }
}
