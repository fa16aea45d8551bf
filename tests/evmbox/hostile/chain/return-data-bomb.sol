// verdict: failed | timed_out | resource_limit
// A callee answers with all the memory its gas buys, and the caller copies that, again and again.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function boom() external pure {
        assembly {
            return(0, 200000)
        }
    }

    function poke() external {
        while (true) {
            (, bytes memory all) = address(this).call(abi.encodeCall(this.boom, ()));
            all;
        }
    }

    function look() external returns (string memory) {
        while (true) {
            try this.boom() {} catch {}
        }
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
