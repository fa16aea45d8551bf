// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Text} from "./Text.sol";

interface IReceiver {
    function onERC721Received(address operator, address from, uint256 id, bytes calldata data) external returns (bytes4);
}

/// @title Badges after ERC-721
contract Badge {
    /// @notice A badge has another owner; from the zero address where it was made.
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    /// @notice Somebody may move one badge; nobody, where it is the zero address.
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    /// @notice Somebody may, or may no longer, move all badges of an owner.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice The name of the collection.
    string public constant name = "Badge";
    /// @notice The short name that wallets show.
    string public constant symbol = "BDG";

    // Task 1: a mapping from number to owner, and one from owner to how many.

    /// @notice Makes the next badge. Only for whoever deployed.
    function mint(address to) external returns (uint256 tokenId) {
        // Task 1: refuse strangers and the zero address, write it down, announce it.
    }

    /// @notice Answers how many badges an account owns.
    function balanceOf(address owner) external view returns (uint256) {
        // Task 1: revert for the zero address.
    }

    /// @notice Answers who owns a badge.
    function ownerOf(uint256 tokenId) public view returns (address owner) {
        // Task 1: revert for a badge that does not exist.
    }

    /// @notice Moves a badge, whatever the receiver is.
    function transferFrom(address from, address to, uint256 tokenId) public {
        // Task 2: refuse what must not happen, then move it, end its approval, announce it.
    }

    /// @notice Lets an account move one badge.
    function approve(address account, uint256 tokenId) external {
        // Task 3: for the owner and their operators only.
    }

    /// @notice Answers who may move one badge, beside its owner and their operators.
    function getApproved(uint256 tokenId) external view returns (address) {
        // Task 3: revert for a badge that does not exist.
    }

    /// @notice Lets an operator move all badges of the caller, or no longer.
    function setApprovalForAll(address operator, bool approved) external {
        // Task 4: write it down and announce it.
    }

    /// @notice Answers whether an operator may move all badges of an owner.
    function isApprovedForAll(address owner, address operator) external view returns (bool) {
        // Task 4: answer what was written down.
    }

    /// @notice Moves a badge to a receiver that says that it takes it.
    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    /// @notice Moves a badge to a receiver that says that it takes it, with some words for it.
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        // Task 5: move it; then ask the receiver, if it is a contract.
    }

    /// @notice Answers name and picture of a badge, as a data URI.
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        // Task 6: put the picture together, then the JSON around it.
    }

    /// @notice Answers which standards this contract follows (ERC-165).
    function supportsInterface(bytes4 id) external pure returns (bool) {
        // Task 6: true for 0x01ffc9a7, 0x80ac58cd and 0x5b5e139f.
    }
}
