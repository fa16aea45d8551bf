// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "forge-std/Test.sol";
import "./Voucher.sol";

/// People are contracts of their own here, and what is refused is caught.
contract Person {
    Voucher private immutable voucher;

    constructor(Voucher voucher_) payable {
        voucher = voucher_;
    }

    function buy(uint256 amount) external {
        voucher.buy{value: amount}();
    }

    function allow(address spender, uint256 amount) external {
        voucher.allow(spender, amount);
    }

    function pass(address to, uint256 amount) external {
        voucher.pass(to, amount);
    }

    function passFor(address from, address to, uint256 amount) external {
        voucher.passFor(from, to, amount);
    }
}

contract Issuer {
    function issue(uint256 price) external returns (Voucher) {
        return new Voucher(price);
    }
}

abstract contract Setting is Test {
    Voucher internal voucher;
    Person internal ada;
    Person internal bo;

    function setUp() public virtual {
        voucher = new Issuer().issue(10);
        ada = new Person{value: 1 ether}(voucher);
        bo = new Person(voucher);
        ada.buy(2009);
    }
}

contract VoucherTest is Setting {
    function test_buying_rounds_down() public view {
        require(voucher.held(address(ada)) == 200, "200 were paid for");
    }

    function test_passing() public {
        vm.expectEmit(address(voucher));
        emit Voucher.Passed(address(ada), address(bo), 150);
        ada.pass(address(bo), 150);
        require(voucher.held(address(bo)) == 150 && voucher.held(address(ada)) == 50, "150 and 50");
    }

    function test_allowing() public {
        ada.allow(address(bo), 20);
        bo.passFor(address(ada), address(bo), 20);
        try bo.passFor(address(ada), address(bo), 1) {
            fail("the allowance was used up");
        } catch {}
    }

    function test_too_many() public {
        try ada.pass(address(bo), 201) {
            fail("only 200 are held");
        } catch (bytes memory reason) {
            assertEq(reason, abi.encodeWithSelector(Voucher.TooFew.selector, 200));
        }
    }

    function test_closing() public {
        uint256 closes = voucher.closes();
        assertEq(closes, block.timestamp + 7 days, "the clock stands still");
        vm.warp(closes);
        (bool ok, ) = address(voucher).call{value: 10}(abi.encodeCall(Voucher.buy, ()));
        assertFalse(ok);
    }

    function test_no_price() public {
        try new Voucher(0) {
            fail();
        } catch Error(string memory reason) {
            assertEq(reason, "free");
        }
    }
}
