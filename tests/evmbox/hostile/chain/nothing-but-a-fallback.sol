// verdict: failed | timed_out | resource_limit
// It takes every call and eats all of its gas.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    fallback() external payable {
        while (true) {}
    }

    receive() external payable {
        assembly {
            invalid()
        }
    }
}
