// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

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
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "refused");
        unchecked {
            balanceOf[msg.sender] -= amount;
            total -= amount;
        }
    }

    function move(address to, uint256 amount) external {
        if (amount > balanceOf[msg.sender]) revert TooLittle();
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}
