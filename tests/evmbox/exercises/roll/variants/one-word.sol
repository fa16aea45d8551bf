// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Roll {
    mapping(address who => uint256) private words;

    function join(uint64 since, uint32 shares) external {
        words[msg.sender] = (uint256(since) << 32) | shares;
    }

    function member(address who) external view returns (uint64, uint32) {
        return (uint64(words[who] >> 32), uint32(words[who]));
    }

    function power(uint256 base, uint8 times) external pure returns (uint256 result) {
        unchecked {
            result = 1;
            for (uint256 left = times; left > 0; left >>= 1) {
                if (left & 1 == 1) result *= base;
                base *= base;
            }
        }
    }
}
