// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// Compares the deadline with the number of the block.
contract PermitToken is ERC20 {
    /// @notice The permit came too late.
    error ERC2612ExpiredSignature(uint256 deadline);
    /// @notice The owner did not sign this.
    error ERC2612InvalidSigner(address signer, address owner);
    /// @notice Of the two forms of a signature, this is the one that is not used.
    error MalleableSignature();

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant PERMIT_TYPE =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    /// Half the order of the curve: of s and its negative, one is not above it.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @notice How many permits of an owner were used; the next one must be signed with this number.
    mapping(address owner => uint256 used) public nonces;

    constructor(string memory name_, string memory symbol_, uint256 supply) ERC20(name_, symbol_) {
        _mint(msg.sender, supply);
    }

    /// @notice Sets an allowance by the owner's signature. Anyone may send it.
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        if (block.number > deadline) revert ERC2612ExpiredSignature(deadline);
        if (uint256(s) > HALF_ORDER) revert MalleableSignature();
        bytes32 message = keccak256(abi.encode(PERMIT_TYPE, owner, spender, value, nonces[owner], deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), message));
        address signer = ecrecover(digest, v, r, s);
        if (signer == address(0) || signer != owner) revert ERC2612InvalidSigner(signer, owner);
        nonces[owner] += 1;
        _approve(owner, spender, value);
    }

    /// @notice Answers the hash of what sets this token on this chain apart from every other.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPE, keccak256(bytes(name())), keccak256("1"), block.chainid, address(this))
            );
    }
}
