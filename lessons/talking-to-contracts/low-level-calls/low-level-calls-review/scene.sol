// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Safe {
    error TooMuch(uint256 given, uint256 limit);

    uint256 private immutable limit;
    uint256 private inside;

    constructor(uint256 limit_) {
        limit = limit_;
    }

    function put(uint256 given) external returns (uint256) {
        inside += given;
        if (inside > limit) revert TooMuch(given, limit);
        return inside;
    }
}

contract Clerk {
    uint256 public done;
    uint256 public bytesBack;

    function order(address to, string calldata signature, uint256 value, uint256 weight) external {
        (bool went, bytes memory back) = to.call(abi.encodeWithSignature(signature, value));
        if (went) done += weight;
        bytesBack += back.length;
    }
}
