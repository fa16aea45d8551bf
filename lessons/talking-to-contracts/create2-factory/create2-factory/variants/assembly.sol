// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Wallet} from "./Wallet.sol";

/// @dev The owner is in the salt as well, the wallet is made by the instruction itself, and an old one shows in its hash.
contract Factory {
    event Deployed(address indexed wallet, address indexed owner, bytes32 salt);

    error AlreadyDeployed(address wallet);

    function deploy(bytes32 salt, address owner) external payable returns (address wallet) {
        bytes memory code = bytes.concat(type(Wallet).creationCode, abi.encode(owner));
        address there = computeAddress(salt, owner);
        if (there.codehash != bytes32(0) && there.codehash != keccak256("")) revert AlreadyDeployed(there);
        bytes32 mixed = keccak256(abi.encode(salt, owner));
        assembly ("memory-safe") {
            wallet := create2(callvalue(), add(code, 0x20), mload(code), mixed)
            if iszero(wallet) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
        emit Deployed(wallet, owner, salt);
    }

    function computeAddress(bytes32 salt, address owner) public view returns (address wallet) {
        bytes32 code = keccak256(bytes.concat(type(Wallet).creationCode, abi.encode(owner)));
        bytes32 mixed = keccak256(abi.encode(salt, owner));
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0xff)
            mstore(add(free, 1), shl(96, address()))
            mstore(add(free, 21), mixed)
            mstore(add(free, 53), code)
            wallet := and(keccak256(free, 85), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }
}
