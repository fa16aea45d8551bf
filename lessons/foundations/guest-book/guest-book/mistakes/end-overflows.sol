// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Adds `from` and `size`, which does not fit where `size` is the largest number.
contract GuestBook {
    error TooSoon(uint256 from);

    struct Entry {
        address author;
        uint256 time;
        string text;
    }

    Entry[] private entries;
    mapping(address author => uint256) private opens;

    function sign(string calldata text) external {
        if (block.timestamp < opens[msg.sender]) revert TooSoon(opens[msg.sender]);
        opens[msg.sender] = block.timestamp + 1 days;
        entries.push(Entry({author: msg.sender, time: block.timestamp, text: text}));
    }

    function count() external view returns (uint256) {
        return entries.length;
    }

    function page(uint256 from, uint256 size) external view returns (Entry[] memory chosen) {
        if (from >= entries.length) return chosen;
        uint256 end = from + size;
        if (end > entries.length) end = entries.length;
        chosen = new Entry[](end - from);
        for (uint256 i = from; i < end; i++) {
            chosen[i - from] = entries[i];
        }
    }
}
