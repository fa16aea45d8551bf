// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external pure {
        assembly {
            revert(0, 3000000)
        }
    }

    function look() external pure returns (string memory) {
        bytes memory long = new bytes(2_500_000);
        for (uint256 i = 0; i < 1000; i++) long[i] = "x";
        return string(long);
    }

    function refuse() external pure {
        revert(string(new bytes(2_500_000)));
    }
}
