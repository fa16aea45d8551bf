// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface ICounter {
    function increment() external;

    function decrement() external;
}

/// @title A contract that counts on behalf of a person
contract Messenger {
    function increment(ICounter target) external {
        target.increment();
    }

    function decrement(ICounter target) external {
        target.decrement();
    }
}
