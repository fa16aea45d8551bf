// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The day is kept by a base contract with a modifier; a page is cut from a copy of the whole list.
abstract contract Daily {
    error TooSoon(uint256 from);

    mapping(address => uint256) private opens;

    modifier onceADay() {
        uint256 from = opens[msg.sender];
        require(block.timestamp >= from, TooSoon(from));
        _;
        opens[msg.sender] = block.timestamp + 86400;
    }
}

struct Entry {
    address author;
    uint256 time;
    string text;
}

contract GuestBook is Daily {
    Entry[] internal book;

    function sign(string calldata text) external onceADay {
        book.push(Entry(msg.sender, block.timestamp, text));
    }

    function count() external view returns (uint256) {
        return book.length;
    }

    function page(uint256 from, uint256 size) external view returns (Entry[] memory) {
        Entry[] memory all = book;
        if (from > all.length) from = all.length;
        uint256 length;
        while (length < size && from + length < all.length) length++;
        Entry[] memory some = new Entry[](length);
        for (uint256 i; i < length; i++) some[i] = all[from + i];
        return some;
    }
}
