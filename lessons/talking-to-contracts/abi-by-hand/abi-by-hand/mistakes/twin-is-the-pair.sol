// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

interface IShop {
    function order(string calldata item, uint256[] calldata sizes, address to) external;
}

/// The pair itself is no twin.
contract Encoder {
    /// @notice These data call another function.
    error WrongSelector(bytes4 selector);
    /// @notice There is no other pair with the same packed bytes.
    error NoTwin();

    /// @notice Answers the four bytes by which a function is called.
    function selectorOf(string calldata signature) external pure returns (bytes4) {
        return bytes4(keccak256(bytes(signature)));
    }

    /// @notice Answers the calldata of a transfer.
    function transferCall(address to, uint256 amount) external pure returns (bytes memory) {
        return abi.encodeCall(IToken.transfer, (to, amount));
    }

    /// @notice Answers the calldata of an order.
    function orderCall(
        string calldata item,
        uint256[] calldata sizes,
        address to
    ) external pure returns (bytes memory) {
        return abi.encodeCall(IShop.order, (item, sizes, to));
    }

    /// @notice Reads the calldata of a transfer.
    function readTransfer(bytes calldata data) external pure returns (address to, uint256 amount) {
        if (bytes4(data) != IToken.transfer.selector) revert WrongSelector(bytes4(data));
        return abi.decode(data[4:], (address, uint256));
    }

    /// @notice Answers the hash of two texts, packed: pairs that differ may have the same.
    function packedKey(string calldata first, string calldata second) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(first, second));
    }

    /// @notice Answers another pair of texts with the same packed bytes.
    function twin(
        string calldata first,
        string calldata second
    ) external pure returns (string memory, string memory) {
        if (bytes(second).length > 0) return (first, second);
        if (bytes(first).length > 0) return ("", first);
        revert NoTwin();
    }

    /// @notice Answers a hash of two texts, another one for every other pair.
    function key(string calldata first, string calldata second) external pure returns (bytes32) {
        return keccak256(abi.encode(first, second));
    }
}
