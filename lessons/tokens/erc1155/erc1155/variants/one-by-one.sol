// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// A batch is many single transfers: each has an event of its own, and when all are done the receiver is asked for each.
contract Items is IERC1155 {
    mapping(bytes32 key => uint256) internal book;
    address public owner;

    constructor() {
        owner = msg.sender;
    }

    function mint(address to, uint256 id, uint256 value, bytes memory data) external {
        require(msg.sender == owner, "not you");
        _one(address(0), to, id, value);
        _ask(address(0), to, id, value, data);
    }

    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes memory data) external {
        require(from == msg.sender || isApprovedForAll(from, msg.sender), "not yours");
        _one(from, to, id, value);
        _ask(from, to, id, value, data);
    }

    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] memory ids,
        uint256[] memory values,
        bytes memory data
    ) external {
        require(from == msg.sender || isApprovedForAll(from, msg.sender), "not yours");
        require(ids.length == values.length && to != address(0), "no pairs");
        for (uint256 i; i < ids.length; ++i) _one(from, to, ids[i], values[i]);
        for (uint256 i; i < ids.length; ++i) _ask(from, to, ids[i], values[i], data);
    }

    function setApprovalForAll(address operator, bool approved) external {
        book[keccak256(abi.encode(msg.sender, operator))] = approved ? 1 : 0;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function balanceOfBatch(address[] memory all, uint256[] memory ids) external view returns (uint256[] memory) {
        require(all.length == ids.length);
        uint256[] memory found = new uint256[](all.length);
        for (uint256 i; i < ids.length; ++i) found[i] = balanceOf(all[i], ids[i]);
        return found;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC1155).interfaceId;
    }

    function isApprovedForAll(address account, address operator) public view returns (bool) {
        return book[keccak256(abi.encode(account, operator))] == 1;
    }

    function balanceOf(address account, uint256 id) public view returns (uint256) {
        return book[_key(account, id)];
    }

    function _one(address from, address to, uint256 id, uint256 value) private {
        require(to != address(0), "nobody");
        if (from != address(0)) book[_key(from, id)] -= value;
        book[_key(to, id)] += value;
        emit TransferSingle(msg.sender, from, to, id, value);
    }

    function _ask(address from, address to, uint256 id, uint256 value, bytes memory data) private {
        if (to.code.length == 0) return;
        bytes4 answer = IERC1155Receiver(to).onERC1155Received(msg.sender, from, id, value, data);
        require(answer == 0xf23a6e61, "refused");
    }

    function _key(address account, uint256 id) private pure returns (bytes32) {
        return keccak256(abi.encode(account, "has", id));
    }
}
