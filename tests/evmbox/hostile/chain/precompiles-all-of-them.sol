// verdict: failed
// Every precompile there is and many that there are not, with nothing, little and much.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        for (uint160 at = 1; at < 40; at++) {
            for (uint256 size = 0; size < 700; size += 233) {
                (bool done,) = address(at).call{gas: 20_000}(new bytes(size));
                done;
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
