// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Gives the award to everybody.
contract Roster {
    error NoMember(uint256 number);

    struct Member {
        string name;
        uint256 points;
    }

    Member[] private members;

    function add(string calldata name) external {
        members.push(Member({name: name, points: 0}));
    }

    function award(uint256 number, uint256 points) external {
        find(number);
        for (uint256 i = 0; i < members.length; i++) {
            members[i].points += points;
        }
    }

    function awardAll(uint256[] calldata numbers, uint256 points) external {
        for (uint256 i = 0; i < numbers.length; i++) {
            find(numbers[i]).points += points;
        }
    }

    function swap(uint256 first, uint256 second) external {
        Member memory kept = find(first);
        members[first] = find(second);
        members[second] = kept;
    }

    function size() external view returns (uint256) {
        return members.length;
    }

    function member(uint256 number) external view returns (string memory name, uint256 points) {
        Member storage found = find(number);
        return (found.name, found.points);
    }

    function find(uint256 number) private view returns (Member storage) {
        if (number >= members.length) revert NoMember(number);
        return members[number];
    }
}
