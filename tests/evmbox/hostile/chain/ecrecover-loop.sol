// verdict: failed | timed_out | resource_limit
// Signatures that are right, which is the dear case.
// gas: 30_000_000
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        bytes memory input = abi.encode(
            bytes32(0x456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3),
            uint256(28),
            bytes32(0x9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608),
            bytes32(0x4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada)
        );
        while (true) {
            (bool done,) = address(1).staticcall(input);
            done;
        }
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
