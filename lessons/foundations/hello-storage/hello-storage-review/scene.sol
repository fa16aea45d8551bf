// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Meter {
    event Used(uint256 units);

    uint256 private before;
    uint256 private latest;

    function record(uint256 units) external {
        before = latest;
        latest = units;
        emit Used(latest - before);
    }
}
