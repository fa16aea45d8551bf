// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A slot chosen by hand, and the refusal by its four bytes.
contract Counter {
    error BelowZero();

    function increment() external {
        assembly {
            sstore(7, add(sload(7), 1))
        }
    }

    function decrement() external {
        bytes4 selector = BelowZero.selector;
        assembly {
            let value := sload(7)
            if iszero(value) {
                mstore(0x00, selector)
                revert(0x00, 0x04)
            }
            sstore(7, sub(value, 1))
        }
    }

    function count() public view returns (uint256 value) {
        assembly {
            value := sload(7)
        }
    }
}
