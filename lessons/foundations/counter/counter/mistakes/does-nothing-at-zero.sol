// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Ignores the call at zero; whoever sent it believes that it counted.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        if (count == 0) return;
        count -= 1;
    }
}
