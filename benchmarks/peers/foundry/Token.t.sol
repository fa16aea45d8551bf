// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {Token} from "../src/Token.sol";

/// The cheat codes of forge that these tests need.
interface Cheats {
    function prank(address sender) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    function expectEmit(bool first, bool second, bool third, bool data, address emitter) external;
}

/// The peer: the six checks of `benchmarks/token` as tests of forge. This contract is the owner.
contract TokenTest {
    Cheats private constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant SUPPLY = 10 ** 24;
    address private constant BOB = address(0xb0b);
    address private constant CAROL = address(0xca501);

    Token private token;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function setUp() external {
        token = new Token(SUPPLY);
    }

    function equal(uint256 is_, uint256 wanted) private pure {
        require(is_ == wanted, "not what was expected");
    }

    function testStarts() external view {
        equal(token.totalSupply(), SUPPLY);
        equal(token.balanceOf(address(this)), SUPPLY);
        require(token.owner() == address(this), "another owner");
    }

    function testTransfers() external {
        vm.expectEmit(true, true, false, true, address(token));
        emit Transfer(address(this), BOB, 1000);
        token.transfer(BOB, 1000);
        equal(token.balanceOf(BOB), 1000);
        equal(token.balanceOf(address(this)), SUPPLY - 1000);
    }

    function testRefuses() external {
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(Token.InsufficientBalance.selector, BOB, 0, 1));
        token.transfer(CAROL, 1);
        equal(token.balanceOf(CAROL), 0);
    }

    function testAllows() external {
        token.approve(CAROL, 500);
        vm.prank(CAROL);
        token.transferFrom(address(this), BOB, 300);
        equal(token.allowance(address(this), CAROL), 200);
        vm.prank(CAROL);
        vm.expectRevert(abi.encodeWithSelector(Token.InsufficientAllowance.selector, CAROL, 200, 201));
        token.transferFrom(address(this), BOB, 201);
    }

    function testMints() external {
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(Token.NotOwner.selector, BOB));
        token.mint(BOB, 5);
        token.mint(BOB, 5);
        equal(token.totalSupply(), SUPPLY + 5);
    }

    function testPauses() external {
        token.pause(true);
        vm.expectRevert(Token.IsPaused.selector);
        token.transfer(BOB, 1);
        token.pause(false);
        token.transfer(BOB, 1);
        equal(token.balanceOf(BOB), 1);
    }
}
