// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The error has a value, which makes it another error.
contract Counter {
    error BelowZero(uint256 count);

    uint256 public count;

    function increment() external {
        count += 1;
    }

    function decrement() external {
        if (count == 0) revert BelowZero(count);
        count -= 1;
    }
}
