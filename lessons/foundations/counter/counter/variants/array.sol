// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A list with one entry for each; its length is the count.
contract Counter {
    error BelowZero();

    address[] private entries;

    function increment() external {
        entries.push(msg.sender);
    }

    function decrement() external {
        if (entries.length > 0) entries.pop();
        else revert BelowZero();
    }

    function count() external view returns (uint256 length) {
        length = entries.length;
    }
}
