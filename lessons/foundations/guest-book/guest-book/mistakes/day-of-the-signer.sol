// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Holds the day against who signed the transaction.
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
        if (block.timestamp < opens[tx.origin]) revert TooSoon(opens[tx.origin]);
        opens[tx.origin] = block.timestamp + 1 days;
        entries.push(Entry({author: msg.sender, time: block.timestamp, text: text}));
    }

    function count() external view returns (uint256) {
        return entries.length;
    }

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
