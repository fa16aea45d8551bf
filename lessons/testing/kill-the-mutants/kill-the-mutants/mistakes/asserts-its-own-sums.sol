// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    Coin private coin = new Coin(1000);
    address private bo = makeAddr("Bo");

    function testTransfer() public {
        uint256 before = 1000;
        coin.transfer(bo, 30);
        assertEq(before - 30, 970);
    }
}
