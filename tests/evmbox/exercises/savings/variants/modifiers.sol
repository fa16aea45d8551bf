// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Savings {
    error TooEarly();
    error NotSaver(address caller);

    struct Plan {
        address saver;
        uint96 begun;
        uint256 wait;
    }

    Plan private plan;

    modifier onlySaver() {
        if (plan.saver != msg.sender) revert NotSaver(msg.sender);
        _;
    }

    modifier whenOpen() {
        if (block.timestamp - plan.begun < plan.wait) revert TooEarly();
        _;
    }

    constructor(address saver, uint256 wait) {
        plan = Plan(saver, uint96(block.timestamp), wait);
    }

    function withdraw() external onlySaver whenOpen {
        (bool paid,) = msg.sender.call{value: address(this).balance}("");
        if (!paid) revert();
    }

    function deposit() external payable {}
}
