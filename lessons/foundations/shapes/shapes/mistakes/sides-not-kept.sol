// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Coloured, Framed} from "./Shapes.sol";

/// The constructor writes to its own parameters.
contract Tile is Coloured, Framed {
    error TooLarge(uint256 area);

    uint256 public constant LIMIT = 1_000_000;

    uint256 public width;

    uint256 public height;

    constructor(uint256 width_, uint256 height_) {
        width_ = width;
        height_ = height;
    }

    function scale(uint256 factor) public override(Coloured, Framed) {
        super.scale(factor);
        if (area() > LIMIT) revert TooLarge(area());
    }

    function area() public view override returns (uint256) {
        return width * height;
    }

    function describe() public view override(Coloured, Framed) returns (string memory) {
        return string.concat("a ", super.describe());
    }

    function resize(uint256 factor) internal override {
        width *= factor;
        height *= factor;
    }
}
