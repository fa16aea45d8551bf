// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Wallet} from "./Wallet.sol";

/// @title Makes wallets whose addresses are known before they are made
contract Factory {
    /// @notice A wallet was made.
    event Deployed(address indexed wallet, address indexed owner, bytes32 salt);

    /// @notice There is a wallet for this owner and with this salt.
    error AlreadyDeployed(address wallet);

    /// @notice Answers where the wallet of this owner with this salt is, or will be.
    function computeAddress(bytes32 salt, address owner) public view returns (address) {
        // Task 1: the init code is the wallet's creation code, then the owner, encoded. The rest is one formula.
    }

    /// @notice Makes a wallet for an owner, and hands on the ether that comes along. Anyone may call.
    function deploy(bytes32 salt, address owner) external payable returns (address wallet) {
        // Task 4: refuse a wallet that exists.
        // Task 2: announce it, make it there, and answer its address.
        // Task 3: hand on the ether.
        // Task 5: let what the wallet refuses pass through.
    }
}
