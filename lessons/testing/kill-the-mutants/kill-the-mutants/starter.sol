// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    Coin private coin;
    address private ada = makeAddr("Ada");
    address private bo = makeAddr("Bo");

    // Runs before each test. This contract deploys the coin, so it has all of the units.
    function setUp() public {
        coin = new Coin(1000);
        coin.transfer(ada, 100);
    }

    // Task 1: this is one test. Does it look at all that a transfer changes?
    function testTransferMovesUnits() public {
        vm.prank(ada);
        coin.transfer(bo, 30);

        assertEq(coin.balanceOf(bo), 30, "what Bo has now");
    }

    // Task 2: what must be refused, and why. This refusal is a good one to begin with, and not enough.
    function testFarTooManyUnitsAreRefused() public {
        vm.expectRevert();
        vm.prank(ada);
        coin.transfer(bo, 5000);
    }

    // Task 3: `approve` and `transferFrom`.

    // Task 4: events.
}
