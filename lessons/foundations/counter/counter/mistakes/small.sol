// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// No function answers the count: the variable is private.
contract Counter {
    error BelowZero();

    uint256 private count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        if (count == 0) revert BelowZero();
        count -= 1;
    }
}
