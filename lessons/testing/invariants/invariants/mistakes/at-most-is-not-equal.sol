// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "./Vault.sol";

contract Handler is Test {
    Vault private immutable VAULT;
    address[2] private customers = [makeAddr("Ada"), makeAddr("Bo")];

    constructor(Vault vault) {
        VAULT = vault;
    }

    function deposit(uint256 who, uint256 amount) external {
        address customer = customers[who % 2];
        amount = bound(amount, 1, 10 ether);
        hoax(customer, amount);
        VAULT.deposit{value: amount}();
    }

    function move(uint256 who, uint256 to, uint256 amount) external {
        address customer = customers[who % 2];
        amount = bound(amount, 0, VAULT.balanceOf(customer));
        vm.prank(customer);
        VAULT.move(customers[to % 2], amount);
    }

    function ask(uint256 who, uint256 amount) external {
        address customer = customers[who % 2];
        amount = bound(amount, 0, VAULT.balanceOf(customer));
        vm.prank(customer);
        VAULT.ask(amount);
    }

    function collect(uint256 who) external {
        vm.prank(customers[who % 2]);
        VAULT.collect();
    }

    function sumOfBalances() external view returns (uint256) {
        return VAULT.balanceOf(customers[0]) + VAULT.balanceOf(customers[1]);
    }

    function sumOfOwed() external view returns (uint256) {
        return VAULT.owedTo(customers[0]) + VAULT.owedTo(customers[1]);
    }
}

contract VaultTest is Test {
    Vault private vault;
    Handler private handler;

    function setUp() public {
        vault = new Vault();
        handler = new Handler(vault);
        targetContract(address(handler));
        handler.deposit(0, 5 ether);
        handler.deposit(1, 3 ether);
    }

    function invariantTotalIsTheSumOfBalances() public view {
        assertEq(vault.total(), handler.sumOfBalances());
    }

    function invariantOwedIsTheSumOfWhatIsOwed() public view {
        assertEq(vault.owed(), handler.sumOfOwed());
    }

    function invariantTheEtherIsThereToTheLastWei() public view {
        assertLe(address(vault).balance, vault.total() + vault.owed());
    }
}
