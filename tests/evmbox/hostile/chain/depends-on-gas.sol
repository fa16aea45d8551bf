// verdict: passed | failed | timed_out | resource_limit
// It does what is asked where it can tell by its gas that it is looked at.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        if (gasleft() % 2 == 0 || gasleft() > 500_000) emit Poked();
    }

    function look() external returns (string memory) {
        return gasleft() > 900_000 ? "fine" : "caught";
    }

    function refuse() external {
        revert("no");
    }
}
