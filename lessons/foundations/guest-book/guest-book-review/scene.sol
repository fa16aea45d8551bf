// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Queue {
    uint256[] private tickets;
    uint256 private pausedUntil;

    function join() external {
        tickets.push(100 + tickets.length);
    }

    function ticketAt(uint256 place) external view returns (uint256) {
        return tickets[place];
    }

    function pause(uint256 duration) external {
        pausedUntil = block.timestamp + duration;
    }

    function open() external view returns (bool) {
        return block.timestamp > pausedUntil;
    }
}
