// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Keeps every number there ever was; the last one counts.
contract SimpleStorage {
    event Changed(address indexed by, uint256 from, uint256 to);

    address[] public writers;
    uint256[] public history = [0];

    function set(uint256 value) external payable {
        writers.push(msg.sender);
        history.push(value);
        emit Changed(writers[writers.length - 1], history[history.length - 2], history[history.length - 1]);
    }

    function get() external view returns (uint256) {
        return history[history.length - 1];
    }
}
