// verdict: failed
// The constructor leaves code that begins with 0xEF (EIP-3541).
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    constructor() {
        assembly {
            mstore8(0, 0xef)
            return(0, 1)
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
