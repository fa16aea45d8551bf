// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Counts the ups and the downs, each in a mapping of its own; the count is their difference.
contract Counter {
    error BelowZero();

    event Counted(uint256 count);

    mapping(address who => uint256) public ups;
    mapping(address who => uint256) public downs;
    uint256 private allUps;
    uint256 private allDowns;

    function increment() external payable {
        ups[msg.sender] += 1;
        allUps++;
        emit Counted(count());
    }

    function decrement() external payable {
        downs[msg.sender] += 1;
        allDowns++;
        if (allDowns > allUps) revert BelowZero();
        emit Counted(count());
    }

    function count() public view returns (uint256) {
        unchecked {
            return allUps - allDowns;
        }
    }
}
