// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Post {
    uint256 public counted;
    uint256 private immutable opens = block.timestamp + 1 minutes;

    receive() external payable {
        counted += msg.value;
    }

    fallback() external payable {
        counted += 1;
    }

    function left() external view returns (uint256) {
        return block.timestamp >= opens ? 0 : opens - block.timestamp;
    }
}
