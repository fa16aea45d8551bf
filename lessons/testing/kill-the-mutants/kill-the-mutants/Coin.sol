// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A coin after ERC-20: the contract that your tests are for. It is right.
contract Coin {
    /// @notice Units moved; from the zero address where they were made.
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice An owner said how much a spender may move, from now on.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice `sender` has only `balance`, and `needed` were to go.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice `spender` may only move `allowance`, and `needed` were to go.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice Nobody could ever move what is sent to `receiver`.
    error ERC20InvalidReceiver(address receiver);

    string public constant name = "Coin";
    string public constant symbol = "CN";
    uint8 public constant decimals = 18;

    /// @notice How many units there are. It never changes.
    uint256 public immutable totalSupply;
    /// @notice How many units an account has.
    mapping(address account => uint256 units) public balanceOf;
    /// @notice How many units of an owner a spender may still move.
    mapping(address owner => mapping(address spender => uint256 units)) public allowance;

    /// @notice Makes all units, for whoever deploys, and tells so.
    constructor(uint256 supply) {
        totalSupply = supply;
        balanceOf[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    /// @notice Moves units of the caller, tells so, and answers true.
    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        emit Transfer(msg.sender, to, value);
        return true;
    }

    /// @notice Sets how many units of the caller a spender may move, whatever it was before, and tells so.
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @notice Moves units of an owner who has allowed the caller to, and tells so.
    /// The allowance becomes less by as much, unless it is the largest number there is, which means no limit.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) revert ERC20InsufficientAllowance(msg.sender, allowed, value);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        _move(from, to, value);
        emit Transfer(from, to, value);
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
