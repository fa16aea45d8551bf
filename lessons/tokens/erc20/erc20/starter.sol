// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A token after ERC-20
contract Token {
    /// @notice Tokens moved; from the zero address where they were made.
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice An owner said how much a spender may move.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    // Task 1: declare name, symbol, decimals, totalSupply and balanceOf.
    // A public variable or mapping makes the function of the same name.

    constructor(string memory name_, string memory symbol_, uint256 supply) {
        // Task 1: keep the names, give the supply to whoever deploys, and announce it.
    }

    /// @notice Moves units of the caller.
    function transfer(address to, uint256 value) external returns (bool) {
        // Task 3: refuse what must not happen.
        // Task 2: move the units, announce it, answer true.
    }

    // Task 4: declare allowance, a mapping in a mapping: owner, then spender.

    /// @notice Sets how many units of the caller a spender may move.
    function approve(address spender, uint256 value) external returns (bool) {
        // Task 4: write it down, announce it, answer true.
    }

    /// @notice Moves units of an owner who has allowed the caller to.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        // Task 6: refuse what was not allowed.
        // Task 5: lower the allowance, and move the units as transfer does.
    }
}
