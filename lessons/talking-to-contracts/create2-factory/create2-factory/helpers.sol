// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Wallet} from "./Wallet.sol";

interface IFactory {
    function deploy(bytes32 salt, address owner) external payable returns (address);
    function computeAddress(bytes32 salt, address owner) external view returns (address);
}

/// @title What the checks know a wallet by
contract AnyWallet is Wallet {
    constructor(address owner_) payable Wallet(owner_) {}
}

/// @title Calls a factory for whoever calls it, and owns wallets of its own
contract Messenger {
    function deploy(IFactory factory, bytes32 salt, address owner) external payable returns (address) {
        return factory.deploy{value: msg.value}(salt, owner);
    }

    function deployTwo(IFactory factory, bytes32 salt, address owner) external returns (address, address) {
        return (factory.deploy(salt, owner), factory.deploy(~salt, owner));
    }

    function computeAddress(IFactory factory, bytes32 salt, address owner) external view returns (address) {
        return factory.computeAddress(salt, owner);
    }

    function pay(Wallet wallet, address to, uint256 amount) external {
        wallet.pay(to, amount);
    }
}

/// @title Leaves its ether to somebody who is not asked
contract Bequest {
    constructor(address payable heir) payable {
        selfdestruct(heir);
    }
}
