// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Shelf {
    error Full(uint256 room);

    uint256 private immutable room;
    uint256 public books;

    constructor(uint256 room_) {
        room = room_;
    }

    function put(uint256 number) external {
        books += number;
        if (books > room) revert Full(room);
    }

    function take(uint256 number) external {
        books -= number;
    }
}
