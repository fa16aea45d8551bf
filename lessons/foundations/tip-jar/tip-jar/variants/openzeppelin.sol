// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

interface ITipJar {
    error NotOwner(address caller);

    function tip(string calldata note) external payable;

    function withdraw() external;
}

/// An interface, and a library that sends the ether.
contract TipJar is ITipJar, ReentrancyGuard {
    using Address for address payable;

    address internal immutable _owner = msg.sender;
    uint128 public total;

    function tip(string calldata) external payable override nonReentrant {
        if (msg.value < 1) revert();
        total += uint128(msg.value);
    }

    function withdraw() external override nonReentrant {
        if (msg.sender == _owner) payable(msg.sender).sendValue(address(this).balance);
        else revert NotOwner(msg.sender);
    }
}
