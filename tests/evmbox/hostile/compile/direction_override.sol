// verdict: compile_error 8936
// Text that an editor shows in another order than the compiler reads it.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Trojan {
    function f(bool isAdmin) public pure returns (bool) {
        /* ‮ } ⁦ if (isAdmin) */ return isAdmin;
    }
}
