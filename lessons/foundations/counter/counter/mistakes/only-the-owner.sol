// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Copied from a tutorial: only the deployer may count.
contract Counter {
    error BelowZero();

    uint256 public count;
    address private immutable owner = msg.sender;

    function increment() external {
        require(msg.sender == owner, "not the owner");
        count += 1;
    }

    function decrement() external {
        if (count == 0) revert BelowZero();
        count -= 1;
    }
}
