// verdict: failed
// Proofs that are wrong in each way, for the precompile of EIP-4844.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        for (uint256 size = 0; size < 400; size += 64) {
            (bool done,) = address(10).staticcall(new bytes(size));
            require(!done);
        }
        (bool ok,) = address(10).staticcall(new bytes(192));
        require(ok);
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
