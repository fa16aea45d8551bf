// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);

    function transferFrom(address from, address to, uint256 value) external returns (bool);

    function approve(address spender, uint256 value) external returns (bool);
}

/// @title A contract that holds tokens, and spends those of others
contract Shop {
    /// @notice Deploys a token: its creation code, to which this adds two texts and a supply.
    function create(bytes calldata creation) external returns (address made) {
        bytes memory code = abi.encodePacked(creation, abi.encode("Shop Coin", "SHOP", uint256(1000)));
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function pay(IToken token, address to, uint256 value) external returns (bool) {
        return token.transfer(to, value);
    }

    function take(IToken token, address from, address to, uint256 value) external returns (bool) {
        return token.transferFrom(from, to, value);
    }

    function allow(IToken token, address spender, uint256 value) external returns (bool) {
        return token.approve(spender, value);
    }
}
