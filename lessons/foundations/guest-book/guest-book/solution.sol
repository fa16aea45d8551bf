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

    Entry[] private entries;
    mapping(address author => uint256) private opens;

    /// @notice Adds an entry, once a day for each account.
    function sign(string calldata text) external {
        if (block.timestamp < opens[msg.sender]) revert TooSoon(opens[msg.sender]);
        opens[msg.sender] = block.timestamp + 1 days;
        entries.push(Entry({author: msg.sender, time: block.timestamp, text: text}));
    }

    /// @notice Answers how many entries there are.
    function count() external view returns (uint256) {
        return entries.length;
    }

    /// @notice Answers up to `size` entries, from entry number `from` on.
    function page(uint256 from, uint256 size) external view returns (Entry[] memory chosen) {
        uint256 length = entries.length;
        if (from >= length) return chosen;
        if (size > length - from) size = length - from;
        chosen = new Entry[](size);
        for (uint256 i = 0; i < size; i++) {
            chosen[i] = entries[from + i];
        }
    }
}
