// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Coin} from "./Coin.sol";

contract CoinTest is Test {
    uint256 private constant SUPPLY = 1_000_000 ether;

    Coin private coin;
    address private ada = makeAddr("Ada");
    address private bo = makeAddr("Bo");
    address private cy = makeAddr("Cy");

    function setUp() public {
        coin = new Coin(SUPPLY);
        coin.transfer(ada, 100);
        coin.transfer(bo, 5);
    }

    function testTransferMovesUnits() public {
        vm.prank(ada);
        coin.transfer(bo, 30);

        assertEq(coin.balanceOf(ada), 70, "what Ada has left");
        assertEq(coin.balanceOf(bo), 35, "what Bo has now");
    }

    function testAnyAmountArrives(uint256 amount) public {
        amount = bound(amount, 0, SUPPLY - 105);
        coin.transfer(cy, amount);

        assertEq(coin.balanceOf(cy), amount);
    }

    function testALargeAmountArrivesWhole() public {
        coin.transfer(cy, SUPPLY / 2);

        assertEq(coin.balanceOf(cy), SUPPLY / 2);
    }

    function testPayingOneselfChangesNothing() public {
        vm.prank(ada);
        coin.transfer(ada, 40);

        assertEq(coin.balanceOf(ada), 100);
    }

    function testTransferAnswersTrue() public {
        assertTrue(coin.transfer(ada, 1), "what transfer answers");
    }

    function testTheLastUnitCanBeSent() public {
        vm.prank(ada);
        coin.transfer(bo, 100);

        assertEq(coin.balanceOf(bo), 105);
    }

    function testOneMoreThanTheBalanceIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(Coin.ERC20InsufficientBalance.selector, ada, 100, 101));
        vm.prank(ada);
        coin.transfer(bo, 101);
    }

    function testNothingGoesToTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(Coin.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(ada);
        coin.transfer(address(0), 1);
    }

    function testASpenderMovesUnitsOfTheOwner() public {
        vm.prank(ada);
        coin.approve(cy, 50);
        vm.prank(cy);
        coin.transferFrom(ada, bo, 20);

        assertEq(coin.balanceOf(bo), 25);
        assertEq(coin.allowance(ada, cy), 30, "what Cy may still move");
    }

    function testAnAllowanceCanBeUsedUp() public {
        vm.prank(ada);
        coin.approve(cy, 50);
        vm.prank(cy);
        coin.transferFrom(ada, bo, 50);

        assertEq(coin.balanceOf(bo), 55);
    }

    function testOneMoreThanTheAllowanceIsRefused() public {
        vm.prank(ada);
        coin.approve(cy, 50);

        vm.expectRevert(abi.encodeWithSelector(Coin.ERC20InsufficientAllowance.selector, cy, 50, 51));
        vm.prank(cy);
        coin.transferFrom(ada, bo, 51);
    }

    function testAStrangerMovesNothing() public {
        vm.expectRevert(abi.encodeWithSelector(Coin.ERC20InsufficientAllowance.selector, cy, 0, 10));
        vm.prank(cy);
        coin.transferFrom(ada, bo, 10);
    }

    function testASecondApprovalReplacesTheFirst() public {
        vm.startPrank(ada);
        coin.approve(cy, 50);
        coin.approve(cy, 20);
        vm.stopPrank();

        assertEq(coin.allowance(ada, cy), 20);
    }

    function testATransferIsTold() public {
        vm.expectEmit();
        emit Coin.Transfer(ada, bo, 7);
        vm.prank(ada);
        coin.transfer(bo, 7);
    }

    function testWhatASpenderMovesIsTold() public {
        vm.prank(ada);
        coin.approve(cy, 50);

        vm.expectEmit();
        emit Coin.Transfer(ada, bo, 7);
        vm.prank(cy);
        coin.transferFrom(ada, bo, 7);
    }

    function testAnApprovalIsTold() public {
        vm.expectEmit();
        emit Coin.Approval(ada, cy, 50);
        vm.prank(ada);
        coin.approve(cy, 50);
    }

    function testTheBeginningIsTold() public {
        vm.expectEmit();
        emit Coin.Transfer(address(0), address(this), 1000);
        new Coin(1000);
    }
}
