// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The call and its answer without a copy that Solidity makes.
contract Forwarder {
    error NoContract(address to);

    address private immutable where;

    constructor(address target_) {
        where = target_;
    }

    receive() external payable {
        _raw(where);
    }

    fallback() external payable {
        _raw(where);
    }

    function target() external view returns (address) {
        return where;
    }

    function forward(address to, bytes calldata data) external payable returns (bytes memory back) {
        require(data.length == 0 || to.code.length != 0, NoContract(to));
        assembly ("memory-safe") {
            back := mload(0x40)
            calldatacopy(back, data.offset, data.length)
            let done := call(gas(), to, callvalue(), back, data.length, 0, 0)
            if iszero(done) {
                returndatacopy(back, 0, returndatasize())
                revert(back, returndatasize())
            }
            mstore(back, returndatasize())
            returndatacopy(add(back, 0x20), 0, returndatasize())
            mstore(0x40, add(back, add(0x20, and(add(returndatasize(), 0x1f), not(0x1f)))))
        }
    }

    function _raw(address to) private {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := call(gas(), to, callvalue(), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if done {
                return(0, returndatasize())
            }
            revert(0, returndatasize())
        }
    }
}
