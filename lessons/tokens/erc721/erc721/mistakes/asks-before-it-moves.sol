// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Text} from "./Text.sol";

interface IReceiver {
    function onERC721Received(address operator, address from, uint256 id, bytes calldata data) external returns (bytes4);
}

/// Asks the receiver first and moves afterwards.
contract Badge {
    /// @notice A badge has another owner; from the zero address where it was made.
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    /// @notice Somebody may move one badge; nobody, where it is the zero address.
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    /// @notice Somebody may, or may no longer, move all badges of an owner.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice Only whoever deployed may do this.
    error NotIssuer(address caller);
    /// @notice There is no such badge.
    error NoSuchBadge(uint256 tokenId);
    /// @notice The zero address owns nothing.
    error ZeroAddress();
    /// @notice The caller may not do this with the badge.
    error NotAllowed(address caller, uint256 tokenId);
    /// @notice The badge does not belong to this account.
    error NotTheOwner(address from, uint256 tokenId);
    /// @notice The receiver is a contract and does not take badges.
    error Refused(address receiver);

    /// @notice The name of the collection.
    string public constant name = "Badge";
    /// @notice The short name that wallets show.
    string public constant symbol = "BDG";

    address private immutable issuer = msg.sender;
    uint256 private made;
    mapping(address owner => uint256 badges) private balances;
    mapping(uint256 tokenId => address owner) private owners;
    mapping(uint256 tokenId => address account) private approvals;

    /// @notice Whether an operator may move all badges of an owner.
    mapping(address owner => mapping(address operator => bool approved)) public isApprovedForAll;

    /// @notice Makes the next badge. Only for whoever deployed.
    function mint(address to) external returns (uint256 tokenId) {
        if (msg.sender != issuer) revert NotIssuer(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        made += 1;
        tokenId = made;
        balances[to] += 1;
        owners[tokenId] = to;
        emit Transfer(address(0), to, tokenId);
    }

    /// @notice Lets an account move one badge.
    function approve(address account, uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner && !isApprovedForAll[owner][msg.sender]) revert NotAllowed(msg.sender, tokenId);
        approvals[tokenId] = account;
        emit Approval(owner, account, tokenId);
    }

    /// @notice Lets an operator move all badges of the caller, or no longer.
    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    /// @notice Moves a badge to a receiver that says that it takes it.
    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    /// @notice Answers how many badges an account owns.
    function balanceOf(address owner) external view returns (uint256) {
        if (owner == address(0)) revert ZeroAddress();
        return balances[owner];
    }

    /// @notice Answers who may move one badge, beside its owner and their operators.
    function getApproved(uint256 tokenId) external view returns (address) {
        ownerOf(tokenId);
        return approvals[tokenId];
    }

    /// @notice Answers name and picture of a badge, as a data URI.
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        string memory title = string.concat("Badge #", Text.decimal(tokenId));
        string memory image = string.concat(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><circle cx="100" cy="100" r="96"/>',
            '<text x="100" y="108" text-anchor="middle" fill="white" font-size="24">',
            title,
            "</text></svg>"
        );
        string memory json = string.concat(
            '{"name":"',
            title,
            '","image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(image)),
            '"}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    /// @notice Answers which standards this contract follows (ERC-165).
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x80ac58cd || id == 0x5b5e139f;
    }

    /// @notice Moves a badge, whatever the receiver is.
    function transferFrom(address from, address to, uint256 tokenId) public {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner && msg.sender != approvals[tokenId] && !isApprovedForAll[owner][msg.sender]) {
            revert NotAllowed(msg.sender, tokenId);
        }
        if (from != owner) revert NotTheOwner(from, tokenId);
        if (to == address(0)) revert ZeroAddress();
        delete approvals[tokenId];
        balances[from] -= 1;
        balances[to] += 1;
        owners[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }

    /// @notice Moves a badge to a receiver that says that it takes it, with some words for it.
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        if (to.code.length > 0) {
            bytes4 answer = IReceiver(to).onERC721Received(msg.sender, from, tokenId, data);
            if (answer != IReceiver.onERC721Received.selector) revert Refused(to);
        }
        transferFrom(from, to, tokenId);
    }

    /// @notice Answers who owns a badge.
    function ownerOf(uint256 tokenId) public view returns (address owner) {
        owner = owners[tokenId];
        if (owner == address(0)) revert NoSuchBadge(tokenId);
    }
}
