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

    // Task 1: who deployed; and a mapping in a mapping for the balances.

    /// @notice Makes units of an item. Only for whoever deployed.
    function mint(address to, uint256 id, uint256 value, bytes calldata data) external {
        // Task 1: refuse strangers and the zero address, add the units, announce it.
        // Task 5: ask the receiver.
    }

    /// @notice Answers how many units of an item somebody has.
    function balanceOf(address owner, uint256 id) external view returns (uint256) {
        // Task 1: answer what is written down.
    }

    /// @notice Moves units of one item.
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata data) external {
        // Task 2: refuse what must not happen, move the units, announce it.
        // Task 5: ask the receiver.
    }

    /// @notice Lets an operator move all items of the caller, or no longer.
    function setApprovalForAll(address operator, bool approved) external {
        // Task 3: write it down and announce it.
    }

    /// @notice Answers whether an operator may move all items of an owner.
    function isApprovedForAll(address owner, address operator) external view returns (bool) {
        // Task 3: answer what is written down.
    }

    /// @notice Answers several balances: of each owner, of the item in the same place.
    function balanceOfBatch(
        address[] calldata owners,
        uint256[] calldata ids
    ) external view returns (uint256[] memory) {
        // Task 4: new uint256[](length) makes a list to fill.
    }

    /// @notice Moves units of several items at once, or none.
    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external {
        // Task 4: the same as for one item, in a loop; one event for all.
        // Task 5: ask the receiver, once, when all is moved.
    }

    /// @notice Answers which standards this contract follows (ERC-165).
    function supportsInterface(bytes4 id) external pure returns (bool) {
        // Task 6: true for 0x01ffc9a7 and 0xd9b67a26.
    }
}
