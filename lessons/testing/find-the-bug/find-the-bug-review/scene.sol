// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Shelf {
    uint256 public books;
    uint256 public largest;

    /// @notice Puts books on the shelf. `largest` is the most that came in one call.
    function put(uint256 some) external {
        books += some;
        if (some > largest) largest = books;
    }

    /// @notice Takes books off the shelf. `largest` stays.
    function take(uint256 some) external {
        books -= some;
    }
}
