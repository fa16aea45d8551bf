// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import "forge-std/Test.sol";
import "./Vault.sol";

contract Customer {
    function act(Vault vault, bytes calldata what, uint256 value) external payable returns (bool done) {
        (done, ) = address(vault).call{value: value}(what);
    }

    receive() external payable {}
}

/// Draws the calls itself from one number, and needs no handler and no cheat code.
contract VaultTest is Test {
    function test_whatever_is_done(uint256 number) public {
        Vault vault = new Vault();
        Customer[2] memory who = [new Customer(), new Customer()];
        for (uint256 step = 0; step < 20; step++) {
            number = uint256(keccak256(abi.encode(number)));
            bytes memory what = abi.encodeCall(Vault.deposit, ());
            uint256 value;
            uint256 amount = (number >> 16) % 500;
            if (number % 4 == 0) value = 2 * amount;
            else if (number % 4 == 1) what = abi.encodeCall(Vault.move, (address(who[(number >> 8) % 2]), amount));
            else if (number % 4 == 2) what = abi.encodeCall(Vault.ask, (amount));
            else what = abi.encodeCall(Vault.collect, ());
            who[(number >> 12) % 2].act{value: value}(vault, what, value);
            uint256 total = vault.balanceOf(address(who[0])) + vault.balanceOf(address(who[1]));
            uint256 owed = vault.owedTo(address(who[0])) + vault.owedTo(address(who[1]));
            assertTrue(total == vault.total() && owed == vault.owed(), "the two sums");
            assertEq(address(vault).balance, total + owed);
        }
    }
}
