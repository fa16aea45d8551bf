// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IPiggyBank {
    function smash() external;
}

/// @title A wallet that is a contract: it can own a bank, and decides whether it takes ether
contract Wallet {
    bool public refusing;
    uint256 public received;

    receive() external payable {
        take();
    }

    fallback() external payable {
        take();
    }

    /// @notice Deploys a contract from its creation bytecode.
    function create(bytes memory creation) external returns (address made) {
        assembly ("memory-safe") {
            made := create(0, add(creation, 0x20), mload(creation))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function pay(address to) external payable {
        (bool paid, bytes memory why) = to.call{value: msg.value}("");
        if (!paid) {
            assembly ("memory-safe") {
                revert(add(why, 0x20), mload(why))
            }
        }
    }

    function smash(IPiggyBank bank) external {
        bank.smash();
    }

    function refuse(bool yes) external {
        refusing = yes;
    }

    function take() private {
        require(!refusing, "this wallet takes no ether now");
        received += msg.value; // needs more gas than `transfer` and `send` leave
    }
}

/// @title A contract that leaves a receiver 2300 gas, as `transfer` and `send` do
contract OldBank {
    function pay(address to) external payable {
        (bool paid, ) = to.call{value: msg.value, gas: 0}("");
        require(paid, "the receiver needs more than 2300 gas, or refused");
    }
}
