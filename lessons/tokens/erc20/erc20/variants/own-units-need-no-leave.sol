// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// `transfer` is `transferFrom` by the owner, who needs no allowance; a struct for each account; more functions besides.
contract Token {
    struct Account {
        uint256 balance;
        mapping(address spender => uint256 value) allowed;
    }

    error Refused();

    event Transfer(address indexed src, address indexed dst, uint256 wad);
    event Approval(address indexed src, address indexed guy, uint256 wad);

    string public name;
    string public symbol;
    mapping(address account => Account) private accounts;
    address[] private holders;

    constructor(string memory n, string memory s, uint256 supply) {
        name = n;
        symbol = s;
        accounts[msg.sender].balance = supply;
        holders.push(msg.sender);
        emit Transfer(address(0), msg.sender, supply);
    }

    modifier toSomebody(address account) {
        if (account == address(0)) revert Refused();
        _;
    }

    function decimals() public pure returns (uint8) {
        return 18;
    }

    function totalSupply() external view returns (uint256 sum) {
        for (uint256 i = 0; i < holders.length; ++i) sum += accounts[holders[i]].balance;
    }

    function balanceOf(address account) external view returns (uint256) {
        return accounts[account].balance;
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        return accounts[owner].allowed[spender];
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return transferFrom(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) public toSomebody(to) returns (bool) {
        Account storage account = accounts[from];
        if (account.balance < value) revert Refused();
        if (from != msg.sender && account.allowed[msg.sender] != type(uint256).max) {
            if (account.allowed[msg.sender] < value) revert Refused();
            account.allowed[msg.sender] -= value;
        }
        emit Transfer(from, to, value);
        unchecked {
            account.balance -= value;
            accounts[to].balance += value;
        }
        _remember(to);
        return true;
    }

    function approve(address spender, uint256 value) external toSomebody(spender) returns (bool) {
        emit Approval(msg.sender, spender, value);
        accounts[msg.sender].allowed[spender] = value;
        return true;
    }

    function increaseAllowance(address spender, uint256 more) external toSomebody(spender) returns (bool) {
        accounts[msg.sender].allowed[spender] += more;
        emit Approval(msg.sender, spender, accounts[msg.sender].allowed[spender]);
        return true;
    }

    function _remember(address holder) private {
        for (uint256 i = 0; i < holders.length; ++i) if (holders[i] == holder) return;
        holders.push(holder);
    }
}
