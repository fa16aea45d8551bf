// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// OpenZeppelin's two steps, with the errors and the event that are asked for here.
contract Owned is Ownable2Step {
    error NotOwner(address caller);
    error NotPendingOwner(address caller);

    event OwnershipOffered(address indexed from, address indexed to);

    uint256 public number;

    constructor() Ownable(msg.sender) {}

    function setNumber(uint256 newNumber) external onlyOwner {
        number = newNumber;
    }

    function transferOwnership(address to) public override {
        super.transferOwnership(to);
        emit OwnershipOffered(msg.sender, to);
    }

    function acceptOwnership() public override {
        if (msg.sender != pendingOwner()) revert NotPendingOwner(msg.sender);
        super.acceptOwnership();
    }

    function _checkOwner() internal view override {
        if (msg.sender != owner()) revert NotOwner(msg.sender);
    }
}
