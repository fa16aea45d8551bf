// verdict: compiled | timed_out
// The pragma starts the model checker, whatever the settings say; it is slow and runs within the limits.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
pragma experimental SMTChecker;

contract Checked {
    function f(uint256 x) public pure {
        assert(x > 1);
    }
}
