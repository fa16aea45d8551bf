// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Signatures as texts, lengths written down, and the cut moved by one letter.
contract Encoder {
    error WrongSelector(bytes4 selector);
    error NoTwin();

    bytes4 private constant TRANSFER = 0xa9059cbb;

    function selectorOf(string memory signature) public pure returns (bytes4 selector) {
        bytes32 hash = keccak256(abi.encodePacked(signature));
        assembly {
            selector := hash
        }
        selector &= 0xffffffff;
    }

    function transferCall(address to, uint256 amount) public pure returns (bytes memory) {
        return abi.encodeWithSelector(TRANSFER, to, amount);
    }

    function orderCall(string memory item, uint256[] memory sizes, address to) public pure returns (bytes memory) {
        return abi.encodeWithSignature("order(string,uint256[],address)", item, sizes, to);
    }

    function readTransfer(bytes memory data) public pure returns (address to, uint256 amount) {
        require(data.length >= 4);
        bytes4 selector;
        assembly ("memory-safe") {
            selector := mload(add(data, 0x20))
        }
        selector &= 0xffffffff;
        if (selector != TRANSFER) revert WrongSelector(selector);
        require(data.length >= 68);
        assembly ("memory-safe") {
            to := mload(add(data, 0x24))
            amount := mload(add(data, 0x44))
        }
    }

    function packedKey(string memory first, string memory second) public pure returns (bytes32) {
        return keccak256(bytes(string.concat(first, second)));
    }

    function twin(string memory first, string memory second) public pure returns (string memory, string memory) {
        bytes memory all = bytes.concat(bytes(first), bytes(second));
        require(all.length > 0, NoTwin());
        uint256 cut = bytes(first).length == 0 ? 1 : bytes(first).length - 1;
        bytes memory left = new bytes(cut);
        bytes memory right = new bytes(all.length - cut);
        for (uint256 i = 0; i < all.length; i++) {
            if (i < cut) left[i] = all[i];
            else right[i - cut] = all[i];
        }
        return (string(left), string(right));
    }

    function key(string memory first, string memory second) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes(first).length, first, second));
    }
}
