// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface ITipJar {
    function tip(string calldata note) external payable;

    function withdraw() external;
}

/// @title A wallet that is a contract: it can own a jar, and decides whether it takes ether
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

    function tip(ITipJar jar, string calldata note) external payable {
        jar.tip{value: msg.value}(note);
    }

    function withdraw(ITipJar jar) external {
        jar.withdraw();
    }

    function refuse(bool yes) external {
        refusing = yes;
    }

    function take() private {
        require(!refusing, "this wallet takes no ether now");
        received += msg.value; // needs more gas than `transfer` and `send` leave
    }
}
