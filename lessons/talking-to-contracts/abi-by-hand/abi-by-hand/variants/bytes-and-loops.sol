// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

abstract contract Words {
    function _word(uint256 value) internal pure returns (bytes memory) {
        return abi.encode(value);
    }

    /// A text as the ABI has it: its length, its bytes, zeros up to the next word.
    function _text(bytes memory text) internal pure returns (bytes memory) {
        return bytes.concat(_word(text.length), text, new bytes((32 - (text.length % 32)) % 32));
    }
}

/// Everything by hand, word by word.
contract Encoder is Words {
    error WrongSelector(bytes4 selector);
    error NoTwin();

    function selectorOf(string calldata signature) external pure returns (bytes4) {
        return bytes4(keccak256(bytes(signature)));
    }

    function transferCall(address to, uint256 amount) external pure returns (bytes memory) {
        return bytes.concat(hex"a9059cbb", _word(uint160(to)), _word(amount));
    }

    function orderCall(
        string calldata item,
        uint256[] calldata sizes,
        address to
    ) external pure returns (bytes memory) {
        bytes memory text = _text(bytes(item));
        bytes memory list = _word(sizes.length);
        for (uint256 i = 0; i < sizes.length; i++) list = bytes.concat(list, _word(sizes[i]));
        bytes4 selector = bytes4(keccak256("order(string,uint256[],address)"));
        return bytes.concat(selector, _word(96), _word(96 + text.length), _word(uint160(to)), text, list);
    }

    function readTransfer(bytes calldata data) external pure returns (address, uint256) {
        bytes4 selector = bytes4(data[:4]);
        if (selector != 0xa9059cbb) revert WrongSelector(selector);
        return (address(uint160(uint256(bytes32(data[4:36])))), uint256(bytes32(data[36:68])));
    }

    function packedKey(string calldata first, string calldata second) external pure returns (bytes32) {
        return keccak256(bytes.concat(bytes(first), bytes(second)));
    }

    function twin(
        string calldata first,
        string calldata second
    ) external pure returns (string memory a, string memory b) {
        if (bytes(first).length > 0) return ("", string.concat(first, second));
        if (bytes(second).length == 0) revert NoTwin();
        return (second, "");
    }

    function key(string calldata first, string calldata second) external pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(bytes(first)), keccak256(bytes(second))));
    }
}
