// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Forgets the modifier at one function.
abstract contract Handover {
    error NotOwner(address caller);
    error NotPendingOwner(address caller);

    event OwnershipOffered(address indexed from, address indexed to);
    event OwnershipTransferred(address indexed from, address indexed to);

    address public owner = msg.sender;

    address public pendingOwner;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    function transferOwnership(address to) external onlyOwner {
        pendingOwner = to;
        emit OwnershipOffered(owner, to);
    }

    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }
}

contract Owned is Handover {
    uint256 public number;

    function setNumber(uint256 newNumber) external {
        number = newNumber;
    }
}
