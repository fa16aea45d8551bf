// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Savings {
    error TooEarly();
    error NotSaver(address caller);

    address private immutable saver;
    uint256 private immutable opens;

    constructor(address saver_, uint256 wait) {
        saver = saver_;
        opens = block.timestamp + wait;
    }

    function deposit() external payable {}

    function withdraw() external {
        if (msg.sender != saver) revert NotSaver(msg.sender);
        if (block.timestamp <= opens) revert TooEarly();
        (bool paid,) = saver.call{value: address(this).balance}("");
        require(paid, "payment failed");
    }
}
