// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Without `view` the interface promises nothing: wallets send a transaction to read.
contract Counter {
    error BelowZero();

    uint256 private number;

    function count() external returns (uint256) {
        return number;
    }

    function increment() external {
        number += 1;
    }

    function decrement() external {
        if (number == 0) revert BelowZero();
        number -= 1;
    }
}
