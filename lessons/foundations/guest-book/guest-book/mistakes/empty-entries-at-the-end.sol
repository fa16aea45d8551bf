// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A list of full size, the rest of it zeros.
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
        chosen = new Entry[](size > 200 ? 200 : size);
        for (uint256 i = 0; i < chosen.length && i < entries.length && from < entries.length - i; i++) {
            chosen[i] = entries[from + i];
        }
    }
}
