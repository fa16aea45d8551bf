// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// A bank that keeps ether for its customers, and takes nothing for it. It has four bugs.
contract Bank {
    error TooLittle();

    mapping(address customer => uint256) public balanceOf;
    uint256 public total;

    function deposit() external payable {
        balanceOf[msg.sender] = msg.value;
        total += msg.value;
    }

    function withdraw(uint256 amount) external {
        if (amount > balanceOf[msg.sender]) revert TooLittle();
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "refused");
        unchecked {
            balanceOf[msg.sender] -= amount;
        }
    }

    function move(address to, uint256 amount) external {
        if (amount > balanceOf[msg.sender]) revert TooLittle();
        uint256 mine = balanceOf[msg.sender] - amount;
        uint256 theirs = balanceOf[to] + amount;
        balanceOf[msg.sender] = mine;
        balanceOf[to] = theirs;
    }
}
