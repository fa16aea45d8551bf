// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external pure {
        while (true) {}
    }

    function look() external pure returns (string memory) {
        for (uint256 i = 0; i >= 0; i++) {}
        return "fine";
    }

    function refuse() external pure {
        while (true) {}
    }
}
