// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Coloured, Framed} from "./Shapes.sol";

/// Answers by a transaction what should be a view.
contract Tile is Coloured, Framed {
    error TooLarge(uint256 area);

    uint256 public constant LIMIT = 1_000_000;

    uint256 private width_;

    function width() external returns (uint256) {
        return width_;
    }

    uint256 public height;

    constructor(uint256 first, uint256 height_) {
        width_ = first;
        height = height_;
    }

    function scale(uint256 factor) public override(Coloured, Framed) {
        super.scale(factor);
        if (area() > LIMIT) revert TooLarge(area());
    }

    function area() public view override returns (uint256) {
        return width_ * height;
    }

    function describe() public view override(Coloured, Framed) returns (string memory) {
        return string.concat("a ", super.describe());
    }

    function resize(uint256 factor) internal override {
        width_ *= factor;
        height *= factor;
    }
}
