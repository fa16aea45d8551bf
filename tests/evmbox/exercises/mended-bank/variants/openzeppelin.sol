// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

contract EtherBank is ReentrancyGuard {
    mapping(address customer => uint256) public balanceOf;

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
    }

    function withdraw() external nonReentrant {
        uint256 amount = balanceOf[msg.sender];
        require(amount > 0, "nothing to withdraw");
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "refused");
        balanceOf[msg.sender] = 0;
    }

    function pass(address to, uint256 amount) external nonReentrant {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}
