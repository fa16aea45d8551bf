// verdict: failed | timed_out | resource_limit
// Every slot that gas buys is written, in the order that suits a tree least.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        for (uint256 at = 1; ; at = uint256(keccak256(abi.encode(at)))) {
            assembly {
                sstore(at, at)
            }
        }
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
