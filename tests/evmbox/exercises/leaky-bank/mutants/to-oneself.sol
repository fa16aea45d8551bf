// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// A bank that keeps ether for its customers, and takes nothing for it.
contract Bank {
    error TooLittle();

    mapping(address customer => uint256) public balanceOf;
    uint256 public total;

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
        total += msg.value;
    }

    function withdraw(uint256 amount) external {
        if (amount > balanceOf[msg.sender]) revert TooLittle();
        balanceOf[msg.sender] -= amount;
        total -= amount;
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "refused");
    }

    function move(address to, uint256 amount) external {
        if (amount > balanceOf[msg.sender]) revert TooLittle();
        balanceOf[msg.sender] -= amount;
        balanceOf[to] = (to == msg.sender ? balanceOf[to] + 2 * amount : balanceOf[to] + amount);
    }
}
