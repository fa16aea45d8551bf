// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Rent {
    uint256 private immutable fee;
    uint256 private immutable period;

    constructor(uint256 fee_, uint256 period_) {
        fee = fee_;
        period = period_;
    }

    function due(uint256 time) external view returns (uint256) {
        return (fee * time) / period;
    }

    function dueByDay(uint256 time) external view returns (uint256) {
        return (fee / period) * time;
    }
}
