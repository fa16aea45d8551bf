// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Coloured, Framed, Shape, IShape} from "./Shapes.sol";

/// A contract for rectangles between; the limit is asked before anything changes.
abstract contract Rectangle is Shape {
    uint256 internal _width;
    uint256 internal _height;

    constructor(uint256 a, uint256 b) {
        (_width, _height) = (a, b);
    }

    function area() public view override returns (uint256 size) {
        size = _width * _height;
    }

    function resize(uint256 factor) internal override {
        (_width, _height) = (_width * factor, _height * factor);
    }
}

contract Tile is Rectangle, Coloured, Framed {
    error TooLarge(uint256 area);

    constructor(uint256 width_, uint256 height_) Rectangle(width_, height_) {}

    modifier limited(uint256 factor) {
        uint256 size = area() * factor ** 2;
        if (size > 1_000_000) revert TooLarge({area: size});
        _;
    }

    function width() public view returns (uint256) {
        return _width;
    }

    function height() public view returns (uint256) {
        return _height;
    }

    function scale(uint256 factor) public override(Shape, Coloured, Framed) limited(factor) {
        Framed.scale(factor);
    }

    function describe() public view override(Shape, Coloured, Framed) returns (string memory) {
        return string(abi.encodePacked("a ", Framed.describe()));
    }
}
