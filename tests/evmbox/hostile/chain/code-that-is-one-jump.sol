// verdict: failed | timed_out | resource_limit
// What the constructor leaves is not what was compiled.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    constructor() {
        assembly {
            mstore(0, shl(224, 0x5b5f5600))
            return(0, 3)
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
