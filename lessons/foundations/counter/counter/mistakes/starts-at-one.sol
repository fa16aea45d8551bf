// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Starts with one.
contract Counter {
    error BelowZero();

    uint256 public count = 1;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        if (count == 0) revert BelowZero();
        count -= 1;
    }
}
