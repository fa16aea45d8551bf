// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Nothing imported: all that can be seen from outside, written anew.
contract Tile {
    error ZeroFactor();
    error TooLarge(uint256 area);

    uint256 private constant LIMIT = 1e6;

    struct Size {
        uint256 width;
        uint256 height;
    }

    Size private size;
    uint256 public scalings;
    uint256 public wood;

    constructor(uint256 width_, uint256 height_) payable {
        size = Size(width_, height_);
    }

    function width() external view returns (uint256) {
        return size.width;
    }

    function height() external view returns (uint256) {
        return size.height;
    }

    function coats() external view returns (uint256) {
        return scalings + 1;
    }

    function area() public view returns (uint256) {
        return size.width * size.height;
    }

    function describe() external pure returns (string memory) {
        return "a framed coloured shape";
    }

    function scale(uint256 factor) external payable {
        require(factor > 0, ZeroFactor());
        uint256 after_ = area() * factor * factor;
        require(after_ <= LIMIT, TooLarge(after_));
        size = Size(size.width * factor, size.height * factor);
        scalings++;
        wood += after_;
    }
}
