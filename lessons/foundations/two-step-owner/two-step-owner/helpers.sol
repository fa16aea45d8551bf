// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IOwned {
    function setNumber(uint256 number) external;

    function transferOwnership(address to) external;

    function acceptOwnership() external;
}

/// @title A wallet that is a contract: it can own another
contract Wallet {
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

    function setNumber(IOwned owned, uint256 number) external {
        owned.setNumber(number);
    }

    function transferOwnership(IOwned owned, address to) external {
        owned.transferOwnership(to);
    }

    function acceptOwnership(IOwned owned) external {
        owned.acceptOwnership();
    }
}
