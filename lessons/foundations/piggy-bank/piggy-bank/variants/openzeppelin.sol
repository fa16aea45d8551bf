// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// OpenZeppelin's owner and sending; the time from the constructor; the data read by hand.
contract PiggyBank is Ownable {
    error NotOwner(address caller);
    error TooEarly(uint256 opensAt);
    error NoSuchFunction(bytes4 selector);

    event Saved(address indexed by, uint256 amount);

    uint256 public opensAt;

    constructor() payable Ownable(msg.sender) {
        opensAt = block.timestamp + 7 days;
    }

    receive() external payable {
        emit Saved(_msgSender(), msg.value);
    }

    fallback(bytes calldata data) external payable returns (bytes memory) {
        revert NoSuchFunction(bytes4(data));
    }

    function smash() external onlyOwner {
        require(block.timestamp >= opensAt, TooEarly(opensAt));
        Address.sendValue(payable(owner()), address(this).balance);
    }

    function _checkOwner() internal view override {
        require(owner() == _msgSender(), NotOwner(_msgSender()));
    }
}
