// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Written by hand: a slot far away (ERC-7201 style) and the log made of raw topics.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    uint256 private constant SLOT = uint256(keccak256("simple.storage.number")) - 1;

    function set(uint256 value) external {
        uint256 slot = SLOT;
        bytes32 topic = Changed.selector;
        assembly {
            mstore(0x00, sload(slot))
            mstore(0x20, value)
            sstore(slot, value)
            log2(0x00, 0x40, topic, caller())
        }
    }

    function get() external view returns (uint256 value) {
        uint256 slot = SLOT;
        assembly {
            value := sload(slot)
        }
    }
}
