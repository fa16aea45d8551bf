// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external pure {
        revert(unicode"safe\u202Eesrever\u2066 \u0000\u001b[2J");
    }

    function look() external pure returns (string memory) {
        bytes memory odd = hex"ff00fe80c0af1b5b324ae280ae";
        return string(odd);
    }

    function refuse() external pure {
        bytes memory odd = hex"ffedb080e280aee281a6";
        revert(string(odd));
    }
}
