// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Adds two.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        count += 2;
    }

    function decrement() external {
        if (count == 0) revert BelowZero();
        count -= 1;
    }
}
