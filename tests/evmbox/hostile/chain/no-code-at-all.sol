// verdict: failed
// The constructor leaves nothing, so nothing answers.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    constructor() {
        assembly {
            return(0, 0)
        }
    }

    function poke() external {
        emit Poked();
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
