// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// All in one contract, without a modifier; the two addresses in an array.
contract Owned {
    error NotOwner(address caller);
    error NotPendingOwner(address caller);

    event OwnershipOffered(address indexed owner, address indexed candidate);
    event OwnershipTransferred(address indexed, address indexed);

    address[2] private people;
    uint256 private value;

    constructor() payable {
        people[0] = msg.sender;
    }

    function owner() public view returns (address) {
        return people[0];
    }

    function pendingOwner() public view returns (address) {
        return people[1];
    }

    function number() external view returns (uint256) {
        return value;
    }

    function setNumber(uint256 to) external payable {
        mustBe(0);
        value = to;
    }

    function transferOwnership(address to) external payable {
        mustBe(0);
        emit OwnershipOffered(msg.sender, to);
        people[1] = to;
    }

    function acceptOwnership() external payable returns (bool) {
        mustBe(1);
        address before = people[0];
        (people[0], people[1]) = (people[1], address(0));
        emit OwnershipTransferred(before, people[0]);
        return true;
    }

    function mustBe(uint256 role) private view {
        if (people[role] == msg.sender) return;
        if (role == 0) revert NotOwner(msg.sender);
        revert NotPendingOwner(msg.sender);
    }
}
