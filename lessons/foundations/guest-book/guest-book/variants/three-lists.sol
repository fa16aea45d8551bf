// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Three mappings and a number in place of an array; the last entry of an account is found by its number.
contract GuestBook {
    struct Line {
        address who;
        uint256 when;
        string what;
    }

    error TooSoon(uint256 from);

    uint256 public count;
    mapping(uint256 number => address) private authors;
    mapping(uint256 number => uint256) private times;
    mapping(uint256 number => string) private texts;
    mapping(address author => uint256 numberPlusOne) private latest;

    function sign(string calldata text) external payable returns (uint256 number) {
        uint256 last = latest[msg.sender];
        if (last != 0) {
            uint256 opens = times[last - 1] + 24 hours;
            if (opens > block.timestamp) revert TooSoon(opens);
        }
        number = count++;
        authors[number] = msg.sender;
        times[number] = block.timestamp;
        texts[number] = text;
        latest[msg.sender] = count;
    }

    function page(uint256 from, uint256 size) external view returns (Line[] memory lines) {
        uint256 left = from < count ? count - from : 0;
        lines = new Line[](size < left ? size : left);
        for (uint256 i = lines.length; i > 0; i--) {
            lines[i - 1] = Line(authors[from + i - 1], times[from + i - 1], texts[from + i - 1]);
        }
    }
}
