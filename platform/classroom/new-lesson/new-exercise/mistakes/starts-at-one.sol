// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract NewContract {
    uint256 public count = 1;

    function add() external {
        count += 1;
    }
}
