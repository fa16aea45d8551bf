// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "./Vault.sol";

contract VaultTest is Test {
    receive() external payable {}

    function testThereAndBack() public {
        Vault vault = new Vault();
        vault.deposit{value: 5}();
        vault.ask(3);
        assertEq(vault.total(), 2);
        assertEq(vault.owed(), 3);
        vault.collect();
        assertEq(vault.owed(), 0);
        assertEq(address(vault).balance, 2);
    }
}
