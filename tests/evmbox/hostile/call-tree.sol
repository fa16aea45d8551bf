// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        try this.poke() {} catch {}
        try this.poke() {} catch {}
    }

    function look() external view returns (string memory) {
        try this.look() {} catch {}
        try this.look() {} catch {}
        return "fine";
    }

    function refuse() external {
        try this.refuse() {} catch {}
        try this.refuse() {} catch {}
        revert("no");
    }
}
