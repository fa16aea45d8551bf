// verdict: failed
// Every panic there is, with a code that there is not.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        assembly {
            mstore(0, shl(224, 0x4e487b71))
            mstore(4, not(0))
            revert(0, 0x24)
        }
    }

    function look() external returns (string memory) {
        uint256[] memory none;
        return string(abi.encode(none[1]));
    }

    function refuse() external {
        assembly {
            mstore(0, shl(224, 0x4e487b71))
            revert(0, 5)
        }
    }
}
