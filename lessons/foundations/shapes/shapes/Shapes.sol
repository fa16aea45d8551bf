// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What a shape promises
interface IShape {
    /// @notice Answers the area.
    function area() external view returns (uint256);

    /// @notice Says in words what it is.
    function describe() external view returns (string memory);

    /// @notice Makes each side `factor` times as long.
    function scale(uint256 factor) external;
}

/// @title A shape that counts how often it was scaled
abstract contract Shape is IShape {
    /// @notice A shape cannot be scaled to nothing.
    error ZeroFactor();

    /// @notice Answers how often it was scaled.
    uint256 public scalings;

    function area() public view virtual returns (uint256);

    function describe() public view virtual returns (string memory) {
        return "shape";
    }

    function scale(uint256 factor) public virtual {
        if (factor == 0) revert ZeroFactor();
        scalings += 1;
        resize(factor);
    }

    /// @dev Makes each side `factor` times as long.
    function resize(uint256 factor) internal virtual;
}

/// @title A shape that gets a new coat of paint each time it is scaled
abstract contract Coloured is Shape {
    /// @notice Answers how many coats of paint it has.
    uint256 public coats = 1;

    function describe() public view virtual override returns (string memory) {
        return string.concat("coloured ", super.describe());
    }

    function scale(uint256 factor) public virtual override {
        super.scale(factor);
        coats += 1;
    }
}

/// @title A shape with a frame, which uses up wood each time it is scaled
abstract contract Framed is Shape {
    /// @notice Answers how much wood was used for frames.
    uint256 public wood;

    function describe() public view virtual override returns (string memory) {
        return string.concat("framed ", super.describe());
    }

    function scale(uint256 factor) public virtual override {
        super.scale(factor);
        wood += area();
    }
}
