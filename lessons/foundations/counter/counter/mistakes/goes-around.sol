// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Subtracts without the language's check and asks nothing: the largest number comes after 0.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        unchecked {
            count -= 1;
        }
    }
}
