// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IGuestBook {
    function sign(string calldata text) external;
}

/// @title A contract that signs in its own name
contract Messenger {
    function sign(IGuestBook book, string calldata text) external {
        book.sign(text);
    }
}
