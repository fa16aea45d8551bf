// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Roll {
    struct Member {
        uint64 since;
        uint32 shares;
    }

    mapping(address who => Member) public member;

    function join(uint64 since, uint32 shares) external {
        member[msg.sender] = Member(since, shares);
    }

    function power(uint256 base, uint8 times) external pure returns (uint256) {
        return base ** times;
    }
}
