// verdict: failed
// It sends what it does not have, to everyone who might listen.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        payable(msg.sender).transfer(type(uint256).max);
    }

    function look() external returns (string memory) {
        (bool done,) = tx.origin.call{value: 1 ether}("");
        require(done);
        return "fine";
    }

    function refuse() external {
        (bool done,) = address(this).call{value: 0, gas: 1}("");
        require(done);
    }
}
