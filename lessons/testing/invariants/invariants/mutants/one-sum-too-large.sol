// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A vault that keeps ether: whoever wants theirs back asks for it, and collects it later.
contract Vault {
    /// @notice The customer has only `has`, and `needs` were asked for.
    error TooLittle(uint256 has, uint256 needs);
    /// @notice The customer did not take the ether.
    error NotDelivered();

    /// @notice What a customer has in the vault and has not asked for.
    mapping(address customer => uint256 amount) public balanceOf;
    /// @notice What a customer has asked for and not collected yet.
    mapping(address customer => uint256 amount) public owedTo;
    /// @notice What all customers have in the vault and have not asked for.
    uint256 public total;
    /// @notice What all customers have asked for and not collected yet.
    uint256 public owed;

    /// @notice Adds the ether of this call to the caller's balance.
    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
        total += msg.value;
    }

    /// @notice Moves some of the caller's balance to another customer, or to themselves.
    function move(address to, uint256 amount) external {
        _take(amount);
        balanceOf[to] += amount;
    }

    /// @notice Asks for some of the caller's balance: from now on it can be collected.
    function ask(uint256 amount) external {
        _take(amount);
        owedTo[msg.sender] += amount;
        owed += amount;
    }

    /// @notice Pays the caller all that they have asked for.
    function collect() external {
        uint256 amount = owedTo[msg.sender];
        owedTo[msg.sender] = 0;
        owed -= amount;
        (bool delivered, ) = msg.sender.call{value: amount}("");
        if (!delivered) revert NotDelivered();
    }

    function _take(uint256 amount) private {
        uint256 has = balanceOf[msg.sender];
        if (has < amount) revert TooLittle(has, amount);
        balanceOf[msg.sender] = has - amount;
    }
}
