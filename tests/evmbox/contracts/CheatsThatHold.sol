// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";

contract Till {
    event Paid(address indexed by, uint256 indexed number, uint256 amount);

    error TooLittle(uint256 amount);
    error Empty();

    address public owner = msg.sender;
    uint256 public paid;

    function pay() external payable {
        if (msg.value == 0) revert Empty();
        if (msg.value < 10) revert TooLittle(msg.value);
        paid += msg.value;
        emit Paid(msg.sender, block.number, msg.value);
    }

    function who() external view returns (address sender, address origin) {
        return (msg.sender, tx.origin);
    }

    function whoDeeper() external view returns (address sender, address origin) {
        return this.who();
    }

    function time() external view returns (uint256, uint256) {
        return (block.timestamp, block.number);
    }

    function fail(uint256 how) external pure returns (uint256[] memory) {
        require(how != 1, "one");
        if (how == 2) assert(false);
        if (how == 3) while (true) {}
        if (how == 4) assembly { invalid() }
        revert();
    }

    function twice() external {
        emit Paid(address(1), 1, 1);
        emit Paid(address(2), 2, 2);
    }
}

contract Middle {
    function who(Till till) external view returns (address sender) {
        (sender, ) = till.who();
    }
}

contract Refuser {
    constructor(bool refuse) payable {
        require(!refuse, "refused");
    }
}

contract HoldTest is Test {
    event Paid(address indexed by, uint256 indexed number, uint256 amount);

    Till till;
    address ada = makeAddr("ada");
    uint256 setUpTime;

    function setUp() public {
        till = new Till();
        vm.warp(5000);
        vm.roll(77);
    }

    function testStateAndTimeOfSetUp() public view {
        assertEq(till.owner(), address(this));
        (uint256 time, uint256 number) = till.time();
        assertEq(time, 5000);
        assertEq(number, 77);
        assertEq(block.timestamp, 5000);
    }

    function testWarpBackAndRoll() public {
        vm.warp(1);
        rewind(1);
        skip(9);
        vm.roll(3);
        (uint256 time, uint256 number) = till.time();
        assertEq(time, 9);
        assertEq(number, 3);
    }

    function testPrankIsForOneCall() public {
        vm.prank(ada);
        (address sender, address origin) = till.who();
        assertEq(sender, ada);
        assertNotEq(origin, ada);
        (sender, ) = till.who();
        assertEq(sender, address(this));
    }

    function testPrankIsForOneLevel() public {
        Middle middle = new Middle();
        vm.prank(ada);
        assertEq(middle.who(till), address(middle));
        (address sender, ) = till.whoDeeper();
        assertEq(sender, address(till));
    }

    function testPrankWithOrigin() public {
        vm.prank(ada, address(9));
        (address sender, address origin) = till.whoDeeper();
        assertEq(sender, address(till));
        assertEq(origin, address(9));
        (, origin) = till.who();
        assertNotEq(origin, address(9));
    }

    function testPrankOfACreation() public {
        vm.prank(ada);
        Till other = new Till();
        assertEq(other.owner(), ada);
    }

    function testPrankIsNotUsedUpByCheatCodes() public {
        vm.prank(ada);
        vm.warp(6000);
        vm.deal(ada, 1 ether);
        (address sender, ) = till.who();
        assertEq(sender, ada);
    }

    function testStartAndStopPrank() public {
        vm.startPrank(ada, address(9));
        for (uint256 i = 0; i < 3; i++) {
            (address sender, address origin) = till.who();
            assertEq(sender, ada);
            assertEq(origin, address(9));
        }
        vm.startPrank(address(8));
        (address other, ) = till.who();
        assertEq(other, address(8));
        vm.stopPrank();
        (other, ) = till.who();
        assertEq(other, address(this));
    }

    function testThePrankedPays() public {
        deal(ada, 100);
        uint256 mine = address(this).balance;
        vm.prank(ada);
        till.pay{value: 60}();
        assertEq(ada.balance, 40);
        assertEq(address(till).balance, 60);
        assertEq(address(this).balance, mine);
    }

    function testHoax() public {
        hoax(ada);
        till.pay{value: 1 ether}();
        startHoax(address(5));
        till.pay{value: 1 ether}();
        till.pay{value: 1 ether}();
        vm.stopPrank();
        assertEq(till.paid(), 3 ether);
    }

    function testARevertIsExpectedInEveryForm() public {
        vm.expectRevert();
        till.pay();
        vm.expectRevert(Till.Empty.selector);
        till.pay();
        vm.expectRevert(abi.encodeWithSelector(Till.TooLittle.selector, 9));
        till.pay{value: 9}();
        vm.expectPartialRevert(Till.TooLittle.selector);
        till.pay{value: 8}();
        vm.expectRevert(bytes("one"));
        till.fail(1);
        vm.expectRevert(bytes(""));
        till.fail(0);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        till.fail(2);
        assertEq(till.paid(), 0);
    }

    function testAnyFailureIsARevert() public {
        vm.expectRevert();
        till.fail(4);
    }

    function testWhatRevertedAsExpectedReturnsSomething() public {
        vm.expectRevert(bytes("one"));
        assertEq(till.fail(1).length, 0);
        vm.expectRevert(Till.Empty.selector);
        (bool ok, ) = address(till).call(abi.encodeCall(Till.pay, ()));
        assertTrue(ok, "a call that reverts as expected succeeds, as in Foundry");
    }

    function testACreationRevertsAsExpected() public {
        vm.expectRevert(bytes("refused"));
        new Refuser(true);
    }

    function testExpectedRevertWithPrankInEitherOrder() public {
        vm.prank(ada);
        vm.expectRevert(Till.Empty.selector);
        till.pay();
        vm.expectRevert(Till.Empty.selector);
        vm.prank(ada);
        till.pay();
        (address sender, ) = till.who();
        assertEq(sender, address(this));
    }

    function testEventsAreExpected() public {
        vm.expectEmit();
        emit Paid(address(this), 77, 10);
        till.pay{value: 10}();
        vm.expectEmit(address(till));
        emit Paid(address(2), 2, 2);
        till.twice();
        vm.expectEmit(true, false, false, false);
        emit Paid(address(this), 1, 1);
        till.pay{value: 10}();
        vm.expectEmit(false, true, false, true, address(till));
        emit Paid(address(0), 77, 11);
        till.pay{value: 11}();
    }

    function testKeysAndSignatures() public {
        (address bo, uint256 key) = makeAddrAndKey("bo");
        assertEq(bo, vm.addr(key));
        bytes32 digest = keccak256("hello");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        assertEq(ecrecover(digest, v, r, s), bo);
    }

    function testAssertionsThatHold() public pure {
        assertTrue(true);
        assertFalse(false);
        assertEq(uint256(1), 1);
        assertEq(int256(-1), -1);
        assertEq(string("a"), "a");
        assertEq(bytes("a"), bytes("a"));
        assertEq(bytes32("a"), bytes32("a"));
        assertEq(true, true);
        assertNotEq(string("a"), "b");
        assertGt(uint256(2), 1);
        assertGe(uint256(2), 2);
        assertLt(int256(-2), -1);
        assertLe(int256(-2), -2);
        assertApproxEqAbs(uint256(10), 12, 2);
    }

    function testBound(uint256 number, int8 small, address who, bytes4 four, string memory text, uint16[2] memory two)
        public
        pure
    {
        number = bound(number, 3, 5);
        assertGe(number, 3);
        assertLe(number, 5);
        assertLe(int256(small), 127);
        assertEq(bound(7, 7, 7), 7);
        assertEq(bound(uint256(9), 0, type(uint256).max), 9);
        assertTrue(uint160(who) >= 0 && uint32(four) >= 0 && bytes(text).length < 1000 && two[0] >= 0);
    }

    function testAssume(uint8 number) public pure {
        vm.assume(number % 2 == 1);
        assertEq(number % 2, 1);
    }

    function testNothingLeaksIntoTheNextTest() public {
        vm.warp(1);
        till.pay{value: 10}();
        vm.startPrank(ada);
        vm.deal(ada, 5);
    }

    function testNothingLeakedFromTheOneBefore() public view {
        assertEq(block.timestamp, 5000);
        assertEq(till.paid(), 0);
        assertEq(ada.balance, 0);
        (address sender, ) = till.who();
        assertEq(sender, address(this));
    }

    function testTheCodeOfATestContractIsItsOwn() public view {
        assertGt(address(this).code.length, 1000);
        assertEq(address(this).codehash, keccak256(address(this).code));
    }

    function testGasTellsNothing() public {
        uint256 before = gasleft();
        till.pay{value: 10, gas: 3000}();
        assertEq(gasleft(), before);
    }
}
