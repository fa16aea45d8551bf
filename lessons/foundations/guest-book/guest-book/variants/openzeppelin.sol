// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// The length of a page from a library, the last signing in a mapping, entries with a short time.
contract GuestBook {
    using Math for uint256;

    error TooSoon(uint256 from);

    struct Entry {
        address author;
        uint64 time;
        string text;
    }

    event Signed(address indexed author, uint256 number);

    Entry[] public entries;
    mapping(address author => uint256) public lastSigned;

    function sign(string memory text) public {
        uint256 last = lastSigned[msg.sender];
        require(last == 0 || block.timestamp - last >= 1 days, TooSoon(last + 1 days));
        lastSigned[msg.sender] = block.timestamp;
        emit Signed(msg.sender, entries.length);
        entries.push();
        Entry storage entry = entries[entries.length - 1];
        entry.author = msg.sender;
        entry.time = uint64(block.timestamp);
        entry.text = text;
    }

    function count() public view returns (uint256) {
        return entries.length;
    }

    function page(uint256 from, uint256 size) public view returns (Entry[] memory) {
        uint256 end = from.saturatingAdd(size).min(count());
        Entry[] memory chosen = new Entry[](end.saturatingSub(from));
        for (uint256 i = from; i < end; ++i) {
            chosen[i - from] = entries[i];
        }
        return chosen;
    }
}
