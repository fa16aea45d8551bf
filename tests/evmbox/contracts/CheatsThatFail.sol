// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test, Vm} from "forge-std/Test.sol";

contract Box {
    event Set(uint256 to);

    error Refused(uint256 to);

    uint256 public value;

    function set(uint256 to) external payable {
        if (to == 13) revert Refused(to);
        value = to;
        emit Set(to);
    }
}

interface More {
    function etch(address account, bytes calldata code) external;
}

contract FailTest is Test {
    event Set(uint256 to);

    Box box = new Box();
    address ada = makeAddr("ada");

    function testEqual() public pure {
        assertEq(uint256(2), 3, "the sum");
    }

    function testAddresses() public view {
        assertEq(ada, address(0));
    }

    function testTexts() public pure {
        assertEq(string("yes\n"), "no");
    }

    function testSigned() public pure {
        assertGt(int256(-2), -1);
    }

    function testFlag() public pure {
        assertTrue(1 > 2, "order");
    }

    function testBytes() public pure {
        assertEq(bytes("ab"), bytes("ac"));
    }

    function testApprox() public pure {
        assertApproxEqAbs(uint256(10), 13, 2);
    }

    function testFailing() public pure {
        fail("not written yet");
    }

    function testRevertData() public {
        box.set(13);
    }

    function testRequire() public pure {
        require(false, "by hand");
    }

    function testNoRevert() public {
        vm.expectRevert();
        box.set(1);
    }

    function testNoRevertOfALowLevelCall() public {
        vm.expectRevert();
        (bool ok, ) = address(box).call(abi.encodeCall(Box.set, (1)));
        ok;
    }

    function testOtherRevert() public {
        vm.expectRevert(bytes("no"));
        box.set(13);
    }

    function testOtherArguments() public {
        vm.expectRevert(Box.Refused.selector);
        box.set(13);
    }

    function testRevertWithoutACall() public {
        vm.expectRevert();
    }

    function testOtherEvent() public {
        vm.expectEmit();
        emit Set(2);
        box.set(1);
    }

    function testNoEventSaid() public {
        vm.expectEmit();
        box.set(1);
    }

    function testEventOfAnother() public {
        vm.expectEmit(address(1));
        emit Set(1);
        box.set(1);
    }

    function testTwoPranks() public {
        vm.prank(ada);
        vm.prank(ada);
        box.set(1);
    }

    function testPoorPrank() public {
        vm.prank(ada);
        box.set{value: 1}(1);
    }

    function testNoSuchCheat() public {
        More(address(vm)).etch(ada, "");
    }

    function testCatchesWhatACheatRefuses() public {
        try More(address(vm)).etch(ada, "") {} catch {}
    }

    function testBadKey() public pure {
        vm.addr(0);
    }

    function testDrawn(uint256 number) public {
        box.set(number % 2);
        assertEq(box.value(), 0);
    }

    function testNothingToDraw(uint256 number) public pure {
        vm.assume(number == 12345);
    }

    function testForgedAssertion() public pure {
        revert AssertionFailed("assertEq", "uint256[9999999999]", "", "", "");
    }

    function testForgedData() public pure {
        bytes4 selector = AssertionFailed.selector;
        assembly {
            mstore(0, selector)
            revert(0, 40)
        }
    }

    function testOddCalls() public {
        (bool ok, bytes memory said) = address(vm).call(abi.encodeWithSelector(Vm.label.selector, ada, "\xff\xfe"));
        assertTrue(ok, string(said));
        (ok, ) = address(vm).call(abi.encodeWithSelector(Vm.warp.selector));
        assertFalse(ok);
    }

    function testLabelIsShown() public {
        vm.label(ada, string(abi.encodePacked("Ada", bytes3(0xe280ae))));
        assertEq(ada, address(1));
    }

    function testLoop() public pure {
        while (true) {}
    }

    function testGasUpToHere() public view {
        for (uint256 i = 0; i < 10_000; i++) box.value();
    }
}
