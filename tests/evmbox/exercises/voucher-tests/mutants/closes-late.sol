// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Vouchers that can be sold within a week and passed on, by their holder or by someone whom the holder allows to.
contract Voucher {
    event Passed(address indexed from, address indexed to, uint256 amount);

    error TooFew(uint256 held);
    error Closed();

    uint256 public immutable price;
    uint256 public immutable closes;
    mapping(address holder => uint256) public held;
    mapping(address holder => mapping(address spender => uint256)) public allowed;

    constructor(uint256 price_) {
        require(price_ > 0, "free");
        price = price_;
        closes = block.timestamp + 1 weeks;
    }

    function buy() external payable {
        if (block.timestamp > closes) revert Closed();
        held[msg.sender] += msg.value / price;
    }

    function allow(address spender, uint256 amount) external {
        allowed[msg.sender][spender] = amount;
    }

    function pass(address to, uint256 amount) external {
        _pass(msg.sender, to, amount);
    }

    function passFor(address from, address to, uint256 amount) external {
        allowed[from][msg.sender] -= amount;
        _pass(from, to, amount);
    }

    function _pass(address from, address to, uint256 amount) private {
        if (held[from] < amount) revert TooFew(held[from]);
        held[from] -= amount;
        held[to] += amount;
        emit Passed(from, to, amount);
    }
}
