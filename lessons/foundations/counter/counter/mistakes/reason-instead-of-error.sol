// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A text and not the custom error.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        require(count > 0, "BelowZero");
        count -= 1;
    }
}
