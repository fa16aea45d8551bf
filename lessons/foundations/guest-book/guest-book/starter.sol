// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A book that anyone may sign once a day
contract GuestBook {
    /// @notice The account signed less than a day ago; it may sign from this time on.
    error TooSoon(uint256 from);

    struct Entry {
        address author;
        uint256 time;
        string text;
    }

    // Task 1: declare the list of entries.
    // Task 2: declare what says when an account may sign again.

    /// @notice Adds an entry, once a day for each account.
    function sign(string calldata text) external {
        // Task 2: refuse where it is too soon.
        // Task 1: add the entry.
    }

    /// @notice Answers how many entries there are.
    function count() external view returns (uint256) {
        // Task 1: answer the length of the list.
        return 0;
    }

    /// @notice Answers up to `size` entries, from entry number `from` on.
    function page(uint256 from, uint256 size) external view returns (Entry[] memory chosen) {
        // Task 4: how many are left from there on?
        // Task 3: make a list of that length, and fill it.
    }
}
