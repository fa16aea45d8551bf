// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A contract that passes calls on, and what comes back too
contract Forwarder {
    /// @notice There is nobody who could understand the data.
    error NoContract(address to);

    /// @notice Where calls go that the forwarder does not know.
    address public immutable target;

    constructor(address target_) {
        target = target_;
    }

    // Task 4: pass plain ether and unknown calls on to the target, and its answer back.

    /// @notice Calls `to` with these data and this ether, and answers what came back.
    function forward(address to, bytes calldata data) external payable returns (bytes memory) {
        // Task 3: where there are data and nobody to understand them, revert.
        // Task 1: make the call, and answer what came back.
        // Task 2: where it failed, revert with what came back.
    }
}
