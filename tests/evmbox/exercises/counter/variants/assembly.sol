// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Counter {
    error BelowZero();

    function count() public view returns (uint256 value) {
        assembly {
            value := sload(7)
        }
    }

    function increment() external {
        assembly {
            sstore(7, add(sload(7), 1))
        }
    }

    function decrement() external {
        require(count() > 0, BelowZero());
        assembly {
            sstore(7, sub(sload(7), 1))
        }
    }
}
