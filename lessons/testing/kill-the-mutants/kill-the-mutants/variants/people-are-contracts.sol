// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import "forge-std/Test.sol";
import "./Coin.sol";

/// People are contracts of their own here, and what is refused is caught.
contract Person {
    Coin private immutable COIN;

    constructor(Coin coin) {
        COIN = coin;
    }

    function pay(address to, uint256 value) external returns (bool) {
        return COIN.transfer(to, value);
    }

    function allow(Person spender, uint256 value) external {
        COIN.approve(address(spender), value);
    }

    function spend(Person from, Person to, uint256 value) external {
        COIN.transferFrom(address(from), address(to), value);
    }
}

abstract contract Village is Test {
    Coin internal coin;
    Person internal ada;
    Person internal bo;
    Person internal cy;

    function setUp() public virtual {
        coin = new Coin(type(uint128).max);
        ada = new Person(coin);
        bo = new Person(coin);
        cy = new Person(coin);
        coin.transfer(address(ada), 1 ether);
        coin.transfer(address(ada), 99 ether);
    }

    function has(Person who, uint256 units) internal view {
        assertEq(coin.balanceOf(address(who)), units);
    }
}

contract CoinTest is Village {
    function test_payments_add_up_and_leave_the_payer() public {
        has(ada, 100 ether);
        require(ada.pay(address(bo), 100 ether), "true");
        has(ada, 0);
        has(bo, 100 ether);
        bo.pay(address(bo), 60 ether);
        has(bo, 100 ether);
    }

    function test_refusals_leave_all_as_it_was() public {
        try ada.pay(address(bo), 100 ether + 1) {
            fail("too many");
        } catch (bytes memory why) {
            assertTrue(bytes4(why) == Coin.ERC20InsufficientBalance.selector, "the error");
        }
        try ada.pay(address(0), 1) {
            fail("to nobody");
        } catch {}
        has(ada, 100 ether);
    }

    function test_spenders() public {
        try cy.spend(ada, bo, 2) {
            fail("a stranger");
        } catch {}
        ada.allow(cy, 90);
        ada.allow(cy, 50);
        try cy.spend(ada, bo, 51) {
            fail("more than allowed");
        } catch {}
        cy.spend(ada, bo, 50);
        has(bo, 50);
        try cy.spend(ada, bo, 1) {
            fail("used up");
        } catch {}
    }

    function test_no_limit() public {
        ada.allow(cy, type(uint256).max);
        for (uint256 i = 0; i < 3; i++) cy.spend(ada, bo, 1 ether);
        assertEq(coin.allowance(address(ada), address(cy)), type(uint256).max);
    }

    function test_all_is_told() public {
        vm.expectEmit(address(coin));
        emit Coin.Transfer(address(ada), address(bo), 3);
        ada.pay(address(bo), 3);
        vm.expectEmit(address(coin));
        emit Coin.Approval(address(ada), address(cy), 4);
        ada.allow(cy, 4);
        vm.expectEmit(address(coin));
        emit Coin.Transfer(address(ada), address(bo), 4);
        cy.spend(ada, bo, 4);
        vm.expectEmit();
        emit Coin.Transfer(address(0), address(this), 5);
        new Coin(5);
    }
}
