// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        emit Poked();
    }

    function look() external pure returns (string memory) {
        return "fine";
    }

    function refuse() external pure {
        revert("no");
    }
}
