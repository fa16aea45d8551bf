// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

interface IShop {
    function order(string calldata item, uint256[] calldata sizes, address to) external;
}

/// @title A contract that puts calls together, and takes them to pieces
contract Encoder {
    /// @notice These data call another function.
    error WrongSelector(bytes4 selector);
    /// @notice There is no other pair with the same packed bytes.
    error NoTwin();

    /// @notice Answers the four bytes by which a function is called.
    function selectorOf(string calldata signature) external pure returns (bytes4) {
        // Task 1: the first four bytes of the signature's hash.
    }

    /// @notice Answers the calldata of a transfer.
    function transferCall(address to, uint256 amount) external pure returns (bytes memory) {
        // Task 2: the selector of `transfer`, then the two values.
    }

    /// @notice Answers the calldata of an order.
    function orderCall(
        string calldata item,
        uint256[] calldata sizes,
        address to
    ) external pure returns (bytes memory) {
        // Task 2: the same for `order`.
    }

    /// @notice Reads the calldata of a transfer.
    function readTransfer(bytes calldata data) external pure returns (address to, uint256 amount) {
        // Task 3: look at the selector, then decode what follows.
    }

    /// @notice Answers the hash of two texts, packed: pairs that differ may have the same.
    function packedKey(string calldata first, string calldata second) external pure returns (bytes32) {
        // Task 4: pack the two texts, and hash them.
    }

    /// @notice Answers another pair of texts with the same packed bytes.
    function twin(
        string calldata first,
        string calldata second
    ) external pure returns (string memory, string memory) {
        // Task 4: cut the packed bytes at another place.
    }

    /// @notice Answers a hash of two texts, another one for every other pair.
    function key(string calldata first, string calldata second) external pure returns (bytes32) {
        // Task 5: a hash that no other pair has.
    }
}
