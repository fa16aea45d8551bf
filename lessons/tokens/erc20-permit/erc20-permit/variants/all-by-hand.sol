// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// No library: a small ERC-20, the separator made once, the hashes put together in memory.
contract PermitToken {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    string public name;
    string public symbol;
    uint8 public constant decimals = 18;
    uint256 public immutable totalSupply;
    bytes32 public immutable DOMAIN_SEPARATOR;

    struct Account {
        uint128 units;
        uint128 nonce;
    }

    mapping(address account => Account) internal accounts;
    mapping(address owner => mapping(address spender => uint256 units)) public allowance;

    constructor(string memory theName, string memory theSymbol, uint256 supply) {
        name = theName;
        symbol = theSymbol;
        totalSupply = supply;
        accounts[msg.sender].units = uint128(supply);
        emit Transfer(address(0), msg.sender, supply);
        DOMAIN_SEPARATOR = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(theName)),
                keccak256(bytes("1")),
                block.chainid,
                this
            )
        );
    }

    function balanceOf(address account) external view returns (uint256) {
        return accounts[account].units;
    }

    function nonces(address owner) external view returns (uint256) {
        return accounts[owner].nonce;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return _move(msg.sender, to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        _allow(msg.sender, spender, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        if (allowance[from][msg.sender] != type(uint256).max) allowance[from][msg.sender] -= value;
        return _move(from, to, value);
    }

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        require(block.timestamp <= deadline && owner != address(0));
        require(uint256(s) < 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A1);
        require(v == 27 || v == 28);
        uint256 nonce = accounts[owner].nonce++;
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 separator = DOMAIN_SEPARATOR;
        bytes32 digest;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, kind)
            mstore(add(free, 0x20), owner)
            mstore(add(free, 0x40), spender)
            mstore(add(free, 0x60), value)
            mstore(add(free, 0x80), nonce)
            mstore(add(free, 0xa0), deadline)
            let message := keccak256(free, 0xc0)
            mstore(free, hex"1901")
            mstore(add(free, 0x02), separator)
            mstore(add(free, 0x22), message)
            digest := keccak256(free, 0x42)
        }
        require(owner == ecrecover(digest, v, r, s));
        _allow(owner, spender, value);
    }

    function _allow(address owner, address spender, uint256 value) private {
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    function _move(address from, address to, uint256 value) private returns (bool) {
        require(to != address(0) && value <= accounts[from].units);
        accounts[from].units -= uint128(value);
        accounts[to].units += uint128(value);
        emit Transfer(from, to, value);
        return true;
    }
}
