// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external view {
        bytes memory pairs = new bytes(192 * 8);
        while (true) {
            (bool done,) = address(8).staticcall(pairs);
            assert(done);
        }
    }

    function look() external view returns (string memory) {
        bytes memory input = new bytes(96 + 1024 * 3);
        input[30] = 0x04;
        input[62] = 0x04;
        input[94] = 0x04;
        for (uint256 i = 96; i < input.length; i++) input[i] = 0xff;
        while (true) {
            (bool done,) = address(5).staticcall(input);
            assert(done);
        }
        return "fine";
    }

    function refuse() external {
        bytes memory pairs = new bytes(384 * 4);
        while (true) {
            (bool done,) = address(15).staticcall(pairs);
            assert(done);
        }
    }
}
