// verdict: failed | out_of_gas
// The constructor leaves more code than a contract may have (EIP-170).
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    constructor() {
        assembly {
            return(0, 30000)
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
