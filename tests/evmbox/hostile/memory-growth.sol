// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external pure {
        assembly {
            for { let at := 0 } 1 { at := add(at, 0x8000) } { mstore(at, not(0)) }
        }
    }

    function look() external pure returns (string memory) {
        bytes[] memory all = new bytes[](1000);
        for (uint256 i = 0; i < 1000; i++) all[i] = new bytes(100_000);
        return "fine";
    }

    function refuse() external pure {
        assembly {
            mstore(0xffffffffffffffff, 1)
        }
    }
}
