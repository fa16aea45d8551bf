// verdict: passed | failed | timed_out | resource_limit
// Events with all the data that gas buys.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    event Much(bytes data);

    function poke() external {
        emit Poked();
        while (gasleft() > 300_000) emit Much(new bytes(20_000));
    }

    function look() external returns (string memory) {
        return "fine";
    }

    function refuse() external {
        revert("no");
    }
}
