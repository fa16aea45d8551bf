// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Savings {
    error TooEarly();
    error NotSaver(address caller);

    constructor(address saver, uint256 wait) {}

    function deposit() external payable {}

    function withdraw() external {}
}
