// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import "./Shapes.sol";

/// The sides in an array, the limit in `resize`, the words from a mapping-like library of one's own.
contract Tile is Coloured, Framed {
    using Math for uint256;

    error TooLarge(uint256 area);

    event Scaled(uint256 factor);

    uint256[2] private sides;

    constructor(uint256 first, uint256 second) {
        sides = [first, second];
    }

    function width() external view returns (uint256) {
        return sides[0];
    }

    function height() external view returns (uint256) {
        return sides[1];
    }

    function area() public view override returns (uint256) {
        return sides[0].mulDiv(sides[1], 1);
    }

    function describe() public view override(Framed, Coloured) returns (string memory) {
        return string.concat("a", " ", super.describe());
    }

    function scale(uint256 factor) public override(Framed, Coloured) {
        emit Scaled(factor);
        super.scale(factor);
    }

    function resize(uint256 factor) internal override {
        for (uint256 i; i < 2; ++i) sides[i] *= factor;
        require(area() <= 10 ** 6, TooLarge(area()));
    }
}
