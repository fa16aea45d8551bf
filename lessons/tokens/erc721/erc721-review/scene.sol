// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Lockers {
    error NotTaken();

    mapping(uint256 locker => address) private owner;
    mapping(uint256 locker => address) private allowed;
    mapping(address owner => uint256) public count;

    function take(uint256 locker) external {
        require(owner[locker] == address(0));
        owner[locker] = msg.sender;
        count[msg.sender] += 1;
    }

    function allow(uint256 locker, address account) external {
        require(owner[locker] == msg.sender);
        allowed[locker] = account;
    }

    function give(uint256 locker, address to) external {
        require(msg.sender == owner[locker] || msg.sender == allowed[locker]);
        count[owner[locker]] -= 1;
        count[to] += 1;
        owner[locker] = to;
        if (to.code.length > 0 && Lockers(to).onLocker() != this.onLocker.selector) revert NotTaken();
    }

    function onLocker() external pure returns (bytes4) {
        return this.onLocker.selector;
    }
}
