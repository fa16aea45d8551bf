// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    uint256 private depth;

    function poke() external {
        depth++;
        this.poke();
    }

    function look() public view returns (string memory) {
        return this.look();
    }

    function refuse() public pure {
        refuse();
    }
}
