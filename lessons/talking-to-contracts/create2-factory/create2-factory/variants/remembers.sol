// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Wallet} from "./Wallet.sol";

/// @dev Remembers what it made, refuses a wallet for nobody by itself, and goes on without the formula's answer.
contract Factory {
    event Deployed(address indexed wallet, address indexed owner, bytes32 salt);

    error AlreadyDeployed(address wallet);

    mapping(bytes32 key => address wallet) private made;

    function deploy(bytes32 salt, address owner) external payable returns (address) {
        if (owner == address(0)) revert Wallet.NoOwner();
        bytes32 key = keccak256(abi.encode(salt, owner));
        if (made[key] != address(0)) revert AlreadyDeployed(made[key]);
        made[key] = address(new Wallet{value: msg.value, salt: salt}(owner));
        emit Deployed(made[key], owner, salt);
        return made[key];
    }

    function computeAddress(bytes32 salt, address owner) external view returns (address) {
        address known = made[keccak256(abi.encode(salt, owner))];
        return known != address(0) ? known : _place(salt, owner);
    }

    function _place(bytes32 salt, address owner) private view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(Wallet).creationCode, uint256(uint160(owner))));
        return address(uint160(uint256(keccak256(bytes.concat(hex"ff", bytes20(address(this)), salt, code)))));
    }
}
