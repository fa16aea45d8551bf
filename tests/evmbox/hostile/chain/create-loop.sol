// verdict: failed | timed_out | resource_limit
// A factory that never stops, with little in each contract and with as much as there may be.
// gas: 30_000_000
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Small {}

contract Target {
    event Poked();

    function poke() external {
        while (true) new Small();
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        assembly {
            mstore(0, 0x5f5ff3)
            for {} 1 {} { pop(create(0, 29, 3)) }
        }
    }
}
