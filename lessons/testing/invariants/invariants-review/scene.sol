// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Coach {
    uint256 public immutable seats;
    uint256 public free;
    uint256 public taken;

    constructor(uint256 seats_) {
        seats = seats_;
        free = seats_;
    }

    function enter() external {
        if (free > 0) free -= 1;
        taken += 1;
    }

    function leave() external {
        require(taken > 0);
        taken -= 1;
        free += 1;
    }

    function invariant() external view returns (bool) {
        return free + taken == seats;
    }
}
