// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vault} from "./Vault.sol";

/// Keeps books of its own and compares every account with them.
contract Handler is Test {
    Vault public immutable vault;
    mapping(address who => uint256) public has;
    mapping(address who => uint256) public waits;
    uint256 public inside;

    constructor(Vault vault_) {
        vault = vault_;
    }

    function person(uint256 which) public pure returns (address) {
        return address(uint160(0xada0 + which % 3));
    }

    function deposit(uint8 who, uint64 amount) external {
        hoax(person(who), amount);
        vault.deposit{value: amount}();
        has[person(who)] += amount;
        inside += amount;
    }

    function moveOrAsk(uint8 who, uint8 to, uint256 amount, bool move) external {
        address from = person(who);
        amount = bound(amount, 0, has[from]);
        has[from] -= amount;
        vm.prank(from);
        if (move) {
            vault.move(person(to), amount);
            has[person(to)] += amount;
        } else {
            vault.ask(amount);
            waits[from] += amount;
        }
    }

    function collect(uint8 who) external {
        address from = person(who);
        uint256 before = from.balance;
        vm.prank(from);
        vault.collect();
        assertEq(from.balance, before + waits[from], "what was paid out");
        inside -= waits[from];
        waits[from] = 0;
    }
}

contract VaultTest is Test {
    Handler private handler = new Handler(new Vault());

    function setUp() public {
        targetContract(address(handler));
    }

    function invariant_the_books_agree() public view {
        Vault vault = handler.vault();
        uint256 has;
        uint256 waits;
        for (uint256 i = 0; i < 3; i++) {
            address who = handler.person(i);
            assertEq(vault.balanceOf(who), handler.has(who), "has");
            assertEq(vault.owedTo(who), handler.waits(who), "waits");
            has += handler.has(who);
            waits += handler.waits(who);
        }
        assertEq(vault.total(), has);
        assertEq(vault.owed(), waits);
        assertEq(address(vault).balance, handler.inside());
    }
}
