// verdict: failed
// Lengths of 2^255 bytes, and an exponent of zeros that goes on for ever.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        bytes memory input = abi.encode(uint256(1) << 255, uint256(1) << 255, uint256(1) << 255);
        (bool done,) = address(5).staticcall(input);
        require(done);
    }

    function look() external returns (string memory) {
        bytes memory input = abi.encode(uint256(0), type(uint256).max, uint256(1));
        (bool done,) = address(5).staticcall(input);
        require(done);
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
