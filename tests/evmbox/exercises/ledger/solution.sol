// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Ledger {
    error Nothing();
    error TooLittle(uint256 has);
    error NoOne();
    error NotAllowed(uint256 left);

    event Deposited(address indexed by, uint256 amount, uint256 fee);
    event Withdrawn(address indexed by, uint256 amount);
    event Moved(address indexed from, address indexed to, uint256 amount);

    address private immutable owner = msg.sender;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint128 public deposits;
    uint256 public total;

    function deposit() external payable {
        if (msg.value == 0) revert Nothing();
        uint256 fee = msg.value / 100;
        balanceOf[msg.sender] += msg.value - fee;
        balanceOf[owner] += fee;
        total += msg.value;
        deposits += 1;
        emit Deposited(msg.sender, msg.value, fee);
    }

    function withdraw(uint256 amount) external {
        uint256 has = balanceOf[msg.sender];
        if (amount > has) revert TooLittle(has);
        balanceOf[msg.sender] = has - amount;
        total -= amount;
        emit Withdrawn(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        require(paid, "not paid");
    }

    function move(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function allow(address who, uint256 amount) external {
        allowance[msg.sender][who] = amount;
    }

    function moveFor(address from, address to, uint256 amount) external {
        uint256 left = allowance[from][msg.sender];
        if (amount > left) revert NotAllowed(left);
        allowance[from][msg.sender] = left - amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (to == address(0)) revert NoOne();
        if (balanceOf[from] < amount) revert TooLittle(balanceOf[from]);
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Moved(from, to, amount);
    }
}
