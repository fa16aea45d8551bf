// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The refusal is a modifier of a base contract, the error stands outside.
error BelowZero();

abstract contract Counting {
    uint128 internal value;

    modifier aboveZero() {
        require(value > 0, BelowZero());
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
