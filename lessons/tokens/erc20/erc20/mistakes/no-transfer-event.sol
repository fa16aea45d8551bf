// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Moves in silence.
contract Token {
    /// @notice Tokens moved; from the zero address where they were made.
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice An owner said how much a spender may move.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice The balance is not enough (ERC-6093).
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice What the owner allowed is not enough (ERC-6093).
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice Nobody can receive at this address (ERC-6093).
    error ERC20InvalidReceiver(address receiver);
    /// @notice Nobody can spend from this address (ERC-6093).
    error ERC20InvalidSpender(address spender);

    /// @notice How many of the digits stand behind the point when an amount is shown.
    uint8 public constant decimals = 18;

    /// @notice The name of the token.
    string public name;
    /// @notice The short name that wallets show.
    string public symbol;
    /// @notice How many units there are.
    uint256 public immutable totalSupply;

    /// @notice How many units an account has.
    mapping(address account => uint256 units) public balanceOf;
    /// @notice How many units of an owner a spender may still move.
    mapping(address owner => mapping(address spender => uint256 units)) public allowance;

    constructor(string memory name_, string memory symbol_, uint256 supply) {
        name = name_;
        symbol = symbol_;
        totalSupply = supply;
        balanceOf[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    /// @notice Moves units of the caller.
    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    /// @notice Sets how many units of the caller a spender may move.
    function approve(address spender, uint256 value) external returns (bool) {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @notice Moves units of an owner who has allowed the caller to.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) revert ERC20InsufficientAllowance(msg.sender, allowed, value);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        _move(from, to, value);
        return true;
    }

    function _move(address from, address to, uint256 value) private {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        uint256 balance = balanceOf[from];
        if (balance < value) revert ERC20InsufficientBalance(from, balance, value);
        balanceOf[from] = balance - value;
        balanceOf[to] += value;
    }
}
