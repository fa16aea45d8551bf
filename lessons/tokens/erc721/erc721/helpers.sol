// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IBadge {
    function ownerOf(uint256 tokenId) external view returns (address);

    function balanceOf(address owner) external view returns (uint256);

    function transferFrom(address from, address to, uint256 tokenId) external;

    function mint(address to) external returns (uint256);

    function approve(address account, uint256 tokenId) external;

    function safeTransferFrom(address from, address to, uint256 tokenId) external;

    function setApprovalForAll(address operator, bool approved) external;
}

/// @title A contract that badges may be sent to: it takes them, refuses them in several ways, or passes them on
contract Keeper {
    enum Manner {
        Takes,
        Reverts,
        AnswersZero,
        AnswersAnother,
        PassesOn
    }

    Manner public manner;
    address public heir;

    uint256 public asked;
    address public operator;
    address public from;
    uint256 public tokenId;
    bytes public data;
    address public caller;
    bool public wasOwner;

    constructor(Manner manner_) {
        manner = manner_;
    }

    function bequeath(address heir_) external {
        heir = heir_;
    }

    /// @notice Moves a badge, called by whoever.
    function move(IBadge badge, address from_, address to, uint256 id) external {
        badge.transferFrom(from_, to, id);
    }

    function moveSafely(IBadge badge, address to, uint256 id) external {
        badge.safeTransferFrom(address(this), to, id);
    }

    function allow(IBadge badge, address operator) external {
        badge.setApprovalForAll(operator, true);
    }

    function approve(IBadge badge, address account, uint256 id) external {
        badge.approve(account, id);
    }

    function mint(IBadge badge, address to) external {
        badge.mint(to);
    }

    function onERC721Received(
        address operator_,
        address from_,
        uint256 id,
        bytes calldata data_
    ) external returns (bytes4) {
        if (manner == Manner.Reverts) revert("no badges here");
        if (manner == Manner.AnswersZero) return 0;
        if (manner == Manner.AnswersAnother) return 0xf0b9e5ba; // what an early draft of the standard asked for
        asked += 1;
        (operator, from, tokenId, data, caller) = (operator_, from_, id, data_, msg.sender);
        wasOwner = IBadge(msg.sender).ownerOf(id) == address(this);
        if (manner == Manner.PassesOn) IBadge(msg.sender).transferFrom(address(this), heir, id);
        return this.onERC721Received.selector;
    }
}

/// @title A contract that has never heard of badges
contract Stone {
    uint256 public constant weight = 7;
}

/// @title A contract that takes every call, and answers nothing
contract Mute {
    fallback() external {}
}
