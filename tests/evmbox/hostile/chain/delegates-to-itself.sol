// verdict: failed | timed_out | resource_limit
// It borrows its own code, deeper and deeper, in a context that is always its own.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Target {
    event Poked();

    function poke() external {
        (bool done,) = address(this).delegatecall(msg.data);
        require(done);
    }

    function look() external returns (string memory) {
        (bool done, bytes memory said) = address(this).delegatecall(msg.data);
        require(done, string(said));
        return string(said);
    }

    function refuse() external {
        revert("no");
    }
}
