// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

abstract contract Clock {
    uint256 private immutable opens;

    error TooEarly();

    constructor(uint256 wait) {
        opens = block.timestamp + wait;
    }

    modifier once() virtual {
        if (block.timestamp < opens) revert TooEarly();
        _;
    }
}
