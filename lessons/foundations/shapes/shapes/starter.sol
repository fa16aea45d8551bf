// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Coloured, Framed} from "./Shapes.sol";

/// @title A rectangle with paint and a frame
// Task 2: is this the right order?
contract Tile is Framed, Coloured {
    // Task 4: declare the error.

    /// @notice One side.
    uint256 public width;

    /// @notice The other side.
    uint256 public height;

    constructor(uint256 width_, uint256 height_) {
        // Task 1: keep both.
    }

    /// @notice Makes each side `factor` times as long, up to the limit.
    function scale(uint256 factor) public override(Coloured, Framed) {
        // Task 3: have each part do its own.
        // Task 4: refuse what would be too large.
    }

    /// @notice Answers the area.
    function area() public view override returns (uint256) {
        // Task 1: work it out.
        return 0;
    }

    /// @notice Says in words what it is.
    function describe() public view override(Coloured, Framed) returns (string memory) {
        // Task 2: what do the others say?
        return "a ";
    }

    function resize(uint256 factor) internal override {
        // Task 3: make both sides longer.
    }
}
