// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "./Vault.sol";

// Customers for the vault. Its functions are called at random, with random numbers.
contract Handler is Test {
    Vault private immutable VAULT;
    address[2] private customers = [makeAddr("Ada"), makeAddr("Bo")];

    constructor(Vault vault) {
        VAULT = vault;
    }

    // One of the customers pays in: `who` says which, and `bound` makes any number an amount that makes sense.
    function deposit(uint256 who, uint256 amount) external {
        address customer = customers[who % 2];
        amount = bound(amount, 1, 10 ether);
        hoax(customer, amount); // the next call comes from the customer, who is given this ether for it
        VAULT.deposit{value: amount}();
    }

    // Task 1: let them move, ask and collect as well.

    function sumOfBalances() external view returns (uint256) {
        return VAULT.balanceOf(customers[0]) + VAULT.balanceOf(customers[1]);
    }
}

contract VaultTest is Test {
    Vault private vault;
    Handler private handler;

    function setUp() public {
        vault = new Vault();
        handler = new Handler(vault);
        targetContract(address(handler)); // call the functions of the handler, and no others
        handler.deposit(0, 5 ether); // begin with something in the vault: more can happen
        handler.deposit(1, 3 ether);
    }

    // Task 2: this is an invariant, and a weak one. What is always true of the two sums that the vault keeps?
    function invariantNobodyHasMoreThanTheTotal() public view {
        assertEq(handler.sumOfBalances(), vault.total());
    }

    // Task 3: what is always true of the ether, address(vault).balance?
}
