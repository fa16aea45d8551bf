// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A library works on the list; a copy is changed and written back.
error NoMember(uint256 number);

struct Member {
    string name;
    uint256 points;
}

library Members {
    function get(Member[] storage list, uint256 number) internal view returns (Member memory) {
        if (number >= list.length) revert NoMember({number: number});
        return list[number];
    }

    function give(Member[] storage list, uint256 number, uint256 points) internal {
        Member memory changed = get(list, number);
        changed.points += points;
        list[number] = changed;
    }
}

contract Roster {
    using Members for Member[];

    event Awarded(uint256 indexed number, uint256 points);

    Member[] internal list;

    function add(string calldata name) external {
        list.push(Member(name, 0));
    }

    function award(uint256 number, uint256 points) external {
        list.give(number, points);
        emit Awarded(number, points);
    }

    function awardAll(uint256[] calldata numbers, uint256 points) external {
        for (uint256 i = 0; i < numbers.length; i++) {
            list.give(numbers[i], points);
            emit Awarded(numbers[i], points);
        }
    }

    function swap(uint256 first, uint256 second) external {
        Member memory a = list.get(first);
        Member memory b = list.get(second);
        list[first] = b;
        list[second] = a;
    }

    function size() external view returns (uint256) {
        return list.length;
    }

    function member(uint256 number) external view returns (string memory, uint256) {
        Member memory found = list.get(number);
        return (found.name, found.points);
    }
}
