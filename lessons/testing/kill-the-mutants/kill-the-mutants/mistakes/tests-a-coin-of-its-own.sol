// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract MyCoin is Coin(1000) {}

contract CoinTest is Test {
    address private bo = makeAddr("Bo");

    function testTransfer() public {
        MyCoin coin = new MyCoin();
        coin.transfer(bo, 1000);
        assertEq(coin.balanceOf(bo), 1000);
    }
}
