// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();
    event Noise(uint256 indexed number, bytes data);

    function poke() external {
        emit Poked();
        for (uint256 i = 0; gasleft() > 20_000; i++) emit Noise(i, hex"00");
    }

    function look() external pure returns (string memory) {
        return "fine";
    }

    function refuse() external {
        while (gasleft() > 20_000) emit Poked();
        revert("no");
    }
}
