// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

// Another structure: what counts is inherited.
abstract contract BaseOfNewContract {
    uint256 public count;

    function _another() internal {
        count = count + 1;
    }
}

contract NewContract is BaseOfNewContract {
    function add() external {
        _another();
    }
}
