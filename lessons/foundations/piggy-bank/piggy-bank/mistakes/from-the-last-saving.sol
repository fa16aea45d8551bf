// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The week begins anew with each call, since it is never fixed.
contract PiggyBank {
    error NotOwner(address caller);
    error TooEarly(uint256 opensAt);
    error NoSuchFunction(bytes4 selector);
    error NotDelivered();

    event Saved(address indexed by, uint256 amount);

    address public immutable owner = msg.sender;

    uint256 private immutable start = block.timestamp;

    function opensAt() public view returns (uint256) {
        return (block.timestamp > start + 10 ? block.timestamp : start) + 1 weeks;
    }

    receive() external payable {
        emit Saved(msg.sender, msg.value);
    }

    fallback() external payable {
        revert NoSuchFunction(msg.sig);
    }

    function smash() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (block.timestamp < start + 1 weeks) revert TooEarly(start + 1 weeks);
        (bool delivered, ) = owner.call{value: address(this).balance}("");
        if (!delivered) revert NotDelivered();
    }
}
