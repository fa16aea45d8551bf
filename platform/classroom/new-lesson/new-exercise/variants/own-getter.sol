// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

// Another style: a private variable, a function of its own that reads it, and ++.
contract NewContract {
    uint128 private calls;

    function count() external view returns (uint256) {
        return calls;
    }

    function add() external {
        ++calls;
    }
}
