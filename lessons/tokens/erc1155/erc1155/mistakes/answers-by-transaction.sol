// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";

/// @title Many tokens in one contract, after ERC-1155
contract Items {
    /// @notice Units of one item moved; from the zero address where they were made.
    event TransferSingle(
        address indexed operator,
        address indexed from,
        address indexed to,
        uint256 id,
        uint256 value
    );
    /// @notice Units of several items moved.
    event TransferBatch(
        address indexed operator,
        address indexed from,
        address indexed to,
        uint256[] ids,
        uint256[] values
    );
    /// @notice An operator may, or may no longer, move all items of an owner.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice Only whoever deployed may do this.
    error NotMaker(address caller);
    /// @notice The caller may not move items of this owner.
    error NotAllowed(address caller);
    /// @notice Nothing is sent to the zero address.
    error ZeroAddress();
    /// @notice The owner has less than that.
    error TooFew(uint256 id, uint256 balance, uint256 needed);
    /// @notice Two lists that belong together are not of the same length.
    error DifferentLengths();
    /// @notice The receiver is a contract and does not take items.
    error Refused(address receiver);

    address private immutable maker = msg.sender;
    mapping(uint256 id => mapping(address owner => uint256 units)) private balances;

    /// @notice Whether an operator may move all items of an owner.
    mapping(address owner => mapping(address operator => bool approved)) public isApprovedForAll;

    /// @notice Makes units of an item. Only for whoever deployed.
    function mint(address to, uint256 id, uint256 value, bytes calldata data) external {
        if (msg.sender != maker) revert NotMaker(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        balances[id][to] += value;
        emit TransferSingle(msg.sender, address(0), to, id, value);
        _ask(address(0), to, id, value, data);
    }

    /// @notice Lets an operator move all items of the caller, or no longer.
    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    /// @notice Moves units of one item.
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata data) external {
        _allow(from, to);
        _move(from, to, id, value);
        emit TransferSingle(msg.sender, from, to, id, value);
        _ask(from, to, id, value, data);
    }

    /// @notice Moves units of several items at once, or none.
    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external {
        if (ids.length != values.length) revert DifferentLengths();
        _allow(from, to);
        for (uint256 i = 0; i < ids.length; i++) _move(from, to, ids[i], values[i]);
        emit TransferBatch(msg.sender, from, to, ids, values);
        if (to.code.length == 0) return;
        bytes4 answer = IERC1155Receiver(to).onERC1155BatchReceived(msg.sender, from, ids, values, data);
        if (answer != IERC1155Receiver.onERC1155BatchReceived.selector) revert Refused(to);
    }

    /// @notice Answers how many units of an item somebody has.
    function balanceOf(address owner, uint256 id) external returns (uint256) {
        return balances[id][owner];
    }

    /// @notice Answers several balances: of each owner, of the item in the same place.
    function balanceOfBatch(
        address[] calldata owners,
        uint256[] calldata ids
    ) external view returns (uint256[] memory units) {
        if (owners.length != ids.length) revert DifferentLengths();
        units = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) units[i] = balances[ids[i]][owners[i]];
    }

    /// @notice Answers which standards this contract follows (ERC-165).
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0xd9b67a26;
    }

    function _move(address from, address to, uint256 id, uint256 value) private {
        uint256 balance = balances[id][from];
        if (balance < value) revert TooFew(id, balance, value);
        balances[id][from] = balance - value;
        balances[id][to] += value;
    }

    function _ask(address from, address to, uint256 id, uint256 value, bytes calldata data) private {
        if (to.code.length == 0) return;
        bytes4 answer = IERC1155Receiver(to).onERC1155Received(msg.sender, from, id, value, data);
        if (answer != IERC1155Receiver.onERC1155Received.selector) revert Refused(to);
    }

    function _allow(address from, address to) private view {
        if (msg.sender != from && !isApprovedForAll[from][msg.sender]) revert NotAllowed(msg.sender);
        if (to == address(0)) revert ZeroAddress();
    }
}
