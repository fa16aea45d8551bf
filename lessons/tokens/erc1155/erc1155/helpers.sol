// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IItems {
    function balanceOf(address owner, uint256 id) external view returns (uint256);

    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata data) external;

    function mint(address to, uint256 id, uint256 value, bytes calldata data) external;

    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external;

    function setApprovalForAll(address operator, bool approved) external;
}

/// @title A contract that items may be sent to: it takes them, refuses them in several ways, or passes them on
contract Keeper {
    enum Manner {
        Takes,
        Reverts,
        AnswersZero,
        AnswersTheOther,
        PassesOn
    }

    struct Told {
        address caller;
        address operator;
        address from;
        uint256 id;
        uint256 value;
        uint256 balance;
        bytes data;
    }

    Manner public manner;
    address public heir;
    Told[] private heard;

    constructor(Manner manner_) {
        manner = manner_;
    }

    /// @notice Deploys a contract from its creation code.
    function create(bytes memory creation) external returns (address made) {
        assembly ("memory-safe") {
            made := create(0, add(creation, 0x20), mload(creation))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function moveAll(IItems items, address to, uint256[] calldata ids, uint256[] calldata values) external {
        items.safeBatchTransferFrom(address(this), to, ids, values, "");
    }

    function allow(IItems items, address operator, bool approved) external {
        items.setApprovalForAll(operator, approved);
    }

    function bequeath(address heir_) external {
        heir = heir_;
    }

    function told() external view returns (Told[] memory) {
        return heard;
    }

    function move(IItems items, address from, address to, uint256 id, uint256 value) external {
        items.safeTransferFrom(from, to, id, value, "");
    }

    function mint(IItems items, address to, uint256 id, uint256 value) external {
        items.mint(to, id, value, "");
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x4e2312e0;
    }

    function onERC1155Received(
        address operator,
        address from,
        uint256 id,
        uint256 value,
        bytes calldata data
    ) external returns (bytes4) {
        hear(operator, from, id, value, data);
        return answer(this.onERC1155Received.selector, this.onERC1155BatchReceived.selector);
    }

    function onERC1155BatchReceived(
        address operator,
        address from,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external returns (bytes4) {
        for (uint256 i = 0; i < ids.length; i++) hear(operator, from, ids[i], values[i], data);
        return answer(this.onERC1155BatchReceived.selector, this.onERC1155Received.selector);
    }

    function hear(address operator, address from, uint256 id, uint256 value, bytes calldata data) private {
        uint256 balance = IItems(msg.sender).balanceOf(address(this), id);
        heard.push(Told(msg.sender, operator, from, id, value, balance, data));
        if (manner == Manner.PassesOn) IItems(msg.sender).safeTransferFrom(address(this), heir, id, value, "");
    }

    function answer(bytes4 right, bytes4 other) private view returns (bytes4) {
        if (manner == Manner.Reverts) revert("no items here");
        if (manner == Manner.AnswersZero) return 0;
        return manner == Manner.AnswersTheOther ? other : right;
    }
}

/// @title A contract that has never heard of items
contract Stone {
    uint256 public constant weight = 7;
}

/// @title A contract that takes every call, and answers nothing
contract Mute {
    fallback() external {}
}
