// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

abstract contract Counting {
    error BelowZero();

    uint256 internal value;

    modifier aboveZero() {
        if (value == 0) revert BelowZero();
        _;
    }
}

contract Counter is Counting {
    function decrement() external aboveZero {
        --value;
    }

    function increment() external {
        ++value;
    }

    function count() external view returns (uint256) {
        return value;
    }
}
