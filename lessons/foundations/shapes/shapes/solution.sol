// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Coloured, Framed} from "./Shapes.sol";

/// @title A rectangle with paint and a frame
contract Tile is Coloured, Framed {
    /// @notice The tile would be larger than the limit.
    error TooLarge(uint256 area);

    /// @notice The largest area there may be.
    uint256 public constant LIMIT = 1_000_000;

    /// @notice One side.
    uint256 public width;

    /// @notice The other side.
    uint256 public height;

    constructor(uint256 width_, uint256 height_) {
        width = width_;
        height = height_;
    }

    /// @notice Makes each side `factor` times as long, up to the limit.
    function scale(uint256 factor) public override(Coloured, Framed) {
        super.scale(factor);
        if (area() > LIMIT) revert TooLarge(area());
    }

    /// @notice Answers the area.
    function area() public view override returns (uint256) {
        return width * height;
    }

    /// @notice Says in words what it is.
    function describe() public view override(Coloured, Framed) returns (string memory) {
        return string.concat("a ", super.describe());
    }

    function resize(uint256 factor) internal override {
        width *= factor;
        height *= factor;
    }
}
