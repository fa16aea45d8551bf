// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// An interface with errors and events, a base for each step, and the guard after the body.
interface IOwned {
    error NotOwner(address caller);
    error NotPendingOwner(address caller);

    event OwnershipOffered(address indexed from, address indexed to);
    event OwnershipTransferred(address indexed from, address indexed to);

    function owner() external view returns (address);
}

abstract contract HasOwner is IOwned {
    address public override owner;

    constructor(address first) {
        _become(first);
    }

    modifier onlyOwner() {
        address caller = msg.sender;
        _;
        require(caller == owner, NotOwner(caller));
    }

    function _become(address next) internal {
        emit OwnershipTransferred(owner, next);
        owner = next;
    }
}

abstract contract Offers is HasOwner {
    mapping(uint256 turn => address) private offers;
    uint256 private turn;

    function pendingOwner() public view returns (address) {
        return offers[turn];
    }

    function transferOwnership(address to) external onlyOwner {
        offers[turn] = to;
        emit OwnershipOffered(msg.sender, to);
    }

    function acceptOwnership() external {
        require(msg.sender == pendingOwner(), NotPendingOwner(msg.sender));
        turn++;
        _become(msg.sender);
    }
}

contract Owned is Offers {
    uint256 public number;

    constructor() HasOwner(msg.sender) {}

    function setNumber(uint256 value) external onlyOwner {
        number = value;
    }
}
