// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token whose owners approve by a signature (EIP-2612)
contract PermitToken is ERC20 {
    bytes32 private constant PERMIT_TYPE =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    // Task 1: this part is done: ERC20 keeps the balances and the allowances.
    constructor(string memory name_, string memory symbol_, uint256 supply) ERC20(name_, symbol_) {
        _mint(msg.sender, supply);
    }

    /// @notice Answers how many permits of an owner were used.
    function nonces(address owner) external view returns (uint256) {
        // Task 3: count them in a mapping.
    }

    /// @notice Answers the hash of what sets this token on this chain apart from every other.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        // Task 2: hash the type, the name, the version, the chain and this contract.
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
        // Task 4: refuse a permit after its deadline.
        // Task 6: refuse the second form of a signature.
        // Task 5: find out who signed, with ecrecover, and refuse everyone but the owner.
        // Task 3: set the allowance with _approve(owner, spender, value), and count the permit.
    }
}
