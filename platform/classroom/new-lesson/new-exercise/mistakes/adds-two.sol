// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract NewContract {
    uint256 public count;

    function add() external {
        count += 1;
        count++;
    }
}
