// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Purse {
    uint128 public limit;
    uint128 public spent;
    address public owner;
    uint96 public visits;
    mapping(address who => uint256) public given;

    error OverLimit(uint256 wanted, uint256 left);

    constructor(uint128 limit_) {
        owner = msg.sender;
        limit = limit_;
    }

    function give() external payable {
        given[msg.sender] += msg.value;
        visits += 1;
    }

    function spend(uint128 amount) external {
        if (amount > limit - spent) revert OverLimit(amount, limit - spent);
        spent += amount;
    }

    function times(uint8 a, uint8 b) external pure returns (uint8) {
        unchecked {
            return a * b;
        }
    }
}
