// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external pure {
        revert(unicode"safe\u202Eesrever\u2066 \u0000\u001b[2J");
    }

    function look() external pure returns (string memory) {
        return string(hex"ff00fe80c0af1b5b324ae280ae");
    }

    function refuse() external pure {
        revert(string(hex"ffedb080e280aee281a6"));
    }
}
