// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The bodies in assembly: the error built by hand, the ether sent by the opcode.
contract TipJar {
    error NotOwner(address caller);

    uint256 public total;
    address private immutable OWNER = msg.sender;

    function tip(string calldata) external payable {
        assembly {
            if iszero(callvalue()) {
                revert(0, 0)
            }
            sstore(total.slot, add(sload(total.slot), callvalue()))
        }
    }

    function withdraw() external {
        address owner = OWNER;
        bytes4 selector = NotOwner.selector;
        assembly {
            if iszero(eq(caller(), owner)) {
                mstore(0x00, selector)
                mstore(0x04, caller())
                revert(0x00, 0x24)
            }
            if iszero(call(gas(), owner, selfbalance(), 0, 0, 0, 0)) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
