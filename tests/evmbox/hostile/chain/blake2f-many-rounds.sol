// verdict: failed
// One call of 25,000,000 rounds, each a gas: seconds of work where the precompile is slow.
// gas: 30_000_000
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        bytes memory input = new bytes(213);
        input[0] = 0x01;
        input[1] = 0x7d;
        input[2] = 0x78;
        input[3] = 0x40;
        (bool done,) = address(9).staticcall(input);
        require(done);
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
