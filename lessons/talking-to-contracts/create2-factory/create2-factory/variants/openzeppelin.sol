// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {Wallet} from "./Wallet.sol";

contract Factory {
    event Deployed(address indexed made, address indexed keeper, bytes32 chosen);

    error AlreadyDeployed(address made);

    function computeAddress(bytes32 salt, address owner) external view returns (address) {
        return Create2.computeAddress(salt, keccak256(initCode(owner)));
    }

    function deploy(bytes32 salt, address owner) external payable returns (address made) {
        address there = Create2.computeAddress(salt, keccak256(initCode(owner)));
        require(there.code.length == 0, AlreadyDeployed(there));
        made = Create2.deploy(msg.value, salt, initCode(owner));
        emit Deployed(made, owner, salt);
    }

    function initCode(address owner) private pure returns (bytes memory) {
        return abi.encodePacked(type(Wallet).creationCode, abi.encode(owner));
    }
}
