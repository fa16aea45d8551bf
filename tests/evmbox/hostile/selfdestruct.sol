// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    constructor() payable {
        selfdestruct(payable(msg.sender));
    }

    function poke() external {
        emit Poked();
        selfdestruct(payable(address(0)));
    }

    function look() external pure returns (string memory) {
        return "fine";
    }

    function refuse() external pure {
        revert("no");
    }
}
