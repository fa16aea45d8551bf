// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// One mapping for everything, kept in a base; arithmetic refuses what is too much; Approval also says what is left.
abstract contract Books is IERC20 {
    mapping(bytes32 key => uint256 units) private _books;
    uint256 public totalSupply;

    function balanceOf(address account) public view returns (uint256) {
        return _books[_key(account)];
    }

    function allowance(address owner, address spender) public view returns (uint256) {
        return _books[_key(owner, spender)];
    }

    function _make(address to, uint256 value) internal {
        totalSupply += value;
        _books[_key(to)] += value;
        emit Transfer(address(0), to, value);
    }

    function _allow(address owner, address spender, uint256 value) internal {
        require(spender != address(0), "no spender");
        _books[_key(owner, spender)] = value;
        emit Approval(owner, spender, value);
    }

    function _move(address from, address to, uint256 value) internal {
        assert(to != address(0));
        _books[_key(from)] -= value;
        _books[_key(to)] += value;
        emit Transfer(from, to, value);
    }

    function _key(address account) private pure returns (bytes32) {
        return keccak256(abi.encode(account));
    }

    function _key(address owner, address spender) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, spender));
    }
}

contract Token is Books {
    string private _name;
    string private _symbol;

    constructor(string memory theName, string memory theSymbol, uint256 supply) payable {
        (_name, _symbol) = (theName, theSymbol);
        _make(msg.sender, supply);
    }

    function name() external view returns (string memory) {
        return _name;
    }

    function symbol() external view returns (string memory) {
        return _symbol;
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function transfer(address to, uint256 value) public virtual returns (bool success) {
        _move(msg.sender, to, value);
        success = true;
    }

    function approve(address spender, uint256 value) public virtual returns (bool success) {
        _allow(msg.sender, spender, value);
        success = true;
    }

    function transferFrom(address from, address to, uint256 value) public virtual returns (bool success) {
        _move(from, to, value);
        uint256 allowed = allowance(from, msg.sender);
        if (allowed < type(uint256).max) _allow(from, msg.sender, allowed - value);
        return true;
    }
}
