// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Split over an interface, an abstract base and the contract itself, with hooks and other names in the event.
interface IStorage {
    event Changed(address indexed who, uint256 oldValue, uint256 newValue);

    function set(uint256 value) external;

    function get() external view returns (uint256);
}

abstract contract Cell {
    struct Box {
        bool used;
        uint256 content;
    }

    Box internal box;

    function _replace(uint256 value) internal virtual {
        box = Box({used: true, content: value});
    }
}

contract SimpleStorage is Cell, IStorage {
    function set(uint256 value) public override {
        _replace(value);
    }

    function get() public view override returns (uint256) {
        return box.used ? box.content : 0;
    }

    function _replace(uint256 value) internal override {
        uint256 old = box.content;
        super._replace(value);
        emit Changed(msg.sender, old, value);
    }
}
