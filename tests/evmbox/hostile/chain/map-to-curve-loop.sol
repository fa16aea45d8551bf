// verdict: failed | timed_out | resource_limit
// BLS12-381, mapped to its curve over and over: cheap in gas, slow in Python.
// gas: 30_000_000
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        bytes memory input = new bytes(128);
        input[127] = 0x01;
        while (true) {
            (bool done,) = address(17).staticcall(input);
            done;
        }
    }

    function look() external returns (string memory) {
        bytes memory input = new bytes(64);
        input[63] = 0x01;
        while (true) {
            (bool done,) = address(16).staticcall(input);
            done;
        }
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
