// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        bytes32 topic = keccak256("Poked()");
        assembly {
            log2(0, 0x21, topic, topic)
        }
    }

    function look() external pure returns (string memory) {
        assembly {
            mstore(0, shl(255, 1))
            mstore(0x20, not(0))
            return(0, 0x40)
        }
    }

    function refuse() external pure {
        assembly {
            mstore(0, shl(224, 0x08c379a0))
            mstore(4, not(0))
            revert(0, 0x24)
        }
    }
}
