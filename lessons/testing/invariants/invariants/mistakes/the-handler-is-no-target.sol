// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "./Vault.sol";

contract VaultTest is Test {
    Vault private vault = new Vault();

    function invariantTotalIsTheEther() public view {
        assertEq(vault.total() + vault.owed(), address(vault).balance);
    }
}
