// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Keeps every offer open, the older ones too.
abstract contract Handover {
    error NotOwner(address caller);
    error NotPendingOwner(address caller);

    event OwnershipOffered(address indexed from, address indexed to);
    event OwnershipTransferred(address indexed from, address indexed to);

    address public owner = msg.sender;

    address public pendingOwner;
    mapping(address => bool) private offered;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    function transferOwnership(address to) external onlyOwner {
        pendingOwner = to;
        offered[to] = true;
        emit OwnershipOffered(owner, to);
    }

    function acceptOwnership() external {
        if (!offered[msg.sender]) revert NotPendingOwner(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }
}

contract Owned is Handover {
    uint256 public number;

    function setNumber(uint256 newNumber) external onlyOwner {
        number = newNumber;
    }
}
