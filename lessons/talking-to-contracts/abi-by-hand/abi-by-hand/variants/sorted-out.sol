// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

interface IOrders {
    function order(string memory item, uint256[] memory sizes, address to) external;
}

library Pairs {
    struct Pair {
        string first;
        string second;
    }

    function hash(Pair memory pair) internal pure returns (bytes32) {
        return keccak256(abi.encode(pair));
    }
}

/// With OpenZeppelin's interface and slices, a struct for the pair, and the key of a twin that is cut in the middle.
contract Encoder {
    using Pairs for Pairs.Pair;
    using Bytes for bytes;

    error WrongSelector(bytes4 selector);
    error NoTwin();

    function selectorOf(string memory signature) external pure returns (bytes4) {
        return bytes4(keccak256(bytes(signature)));
    }

    function transferCall(address to, uint256 amount) external pure returns (bytes memory) {
        return abi.encodeCall(IERC20.transfer, (to, amount));
    }

    function orderCall(string memory item, uint256[] memory sizes, address to) external pure returns (bytes memory) {
        return bytes.concat(IOrders.order.selector, abi.encode(item, sizes, to));
    }

    function readTransfer(bytes memory data) external pure returns (address, uint256) {
        require(data.length >= 68, "too short");
        bytes4 selector = bytes4(data);
        require(selector == IERC20.transfer.selector, WrongSelector(selector));
        return abi.decode(data.slice(4), (address, uint256));
    }

    function packedKey(string memory first, string memory second) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(first, second));
    }

    function twin(string memory first, string memory second) external pure returns (string memory, string memory) {
        bytes memory all = abi.encodePacked(first, second);
        if (all.length == 0) revert NoTwin();
        uint256 cut = all.length / 2;
        if (cut == bytes(first).length) cut += 1;
        return (string(all.slice(0, cut)), string(all.slice(cut)));
    }

    function key(string memory first, string memory second) external pure returns (bytes32) {
        return Pairs.Pair(first, second).hash();
    }
}
