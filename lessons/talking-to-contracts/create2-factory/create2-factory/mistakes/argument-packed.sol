// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Wallet} from "./Wallet.sol";

/// @title Makes wallets whose addresses are known before they are made
contract Factory {
    /// @notice A wallet was made.
    event Deployed(address indexed wallet, address indexed owner, bytes32 salt);

    /// @notice There is a wallet for this owner and with this salt.
    error AlreadyDeployed(address wallet);

    /// @notice Makes a wallet for an owner, and hands on the ether that comes along. Anyone may call.
    function deploy(bytes32 salt, address owner) external payable returns (address wallet) {
        wallet = computeAddress(salt, owner);
        if (wallet.code.length != 0) revert AlreadyDeployed(wallet);
        emit Deployed(wallet, owner, salt);
        new Wallet{salt: salt, value: msg.value}(owner);
    }

    /// @notice Answers where the wallet of this owner with this salt is, or will be.
    function computeAddress(bytes32 salt, address owner) public view returns (address) {
        bytes memory initCode = abi.encodePacked(type(Wallet).creationCode, owner);
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, keccak256(initCode)));
        return address(uint160(uint256(hash)));
    }
}
