// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Vouchers {
    mapping(address account => uint256 vouchers) public has;
    mapping(address account => mapping(address by => uint256 vouchers)) public may;

    constructor(uint256 vouchers) {
        has[msg.sender] = vouchers;
    }

    function lend(address by, uint256 vouchers) external {
        may[msg.sender][by] = vouchers;
    }

    function use(address account, uint256 vouchers) external {
        may[account][msg.sender] -= vouchers;
        has[account] -= vouchers;
        has[msg.sender] += vouchers;
    }
}
