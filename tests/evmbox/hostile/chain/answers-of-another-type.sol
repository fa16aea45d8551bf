// verdict: failed
// The functions have the names that are asked for, and everything else is different.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked(uint256 indexed a, uint256 indexed b, uint256 indexed c);

    function poke() external payable returns (uint256[][] memory) {
        emit Poked(1, 2, 3);
        return new uint256[][](3);
    }

    function look() external view returns (function() external, uint256, bytes memory) {
        return (this.nothing, 1, hex"ff");
    }

    function nothing() external {}

    function refuse(uint256 much) external pure {
        revert(string(new bytes(much)));
    }
}
