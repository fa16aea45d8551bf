// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Works on references, and swaps member by member.
contract Roster {
    error NoMember(uint256 number);

    struct Member {
        uint256 points;
        string name;
    }

    Member[] public members;

    modifier known(uint256 number) {
        require(number < members.length, NoMember(number));
        _;
    }

    function add(string memory name) public {
        Member storage added = members.push();
        added.name = name;
    }

    function award(uint256 number, uint256 points) public known(number) {
        Member storage lucky = members[number];
        lucky.points = lucky.points + points;
    }

    function awardAll(uint256[] memory numbers, uint256 points) external {
        for (uint256 i; i < numbers.length; ++i) award(numbers[i], points);
    }

    function swap(uint256 first, uint256 second) external known(first) known(second) {
        Member storage a = members[first];
        Member storage b = members[second];
        (a.points, b.points) = (b.points, a.points);
        string memory name = a.name;
        a.name = b.name;
        b.name = name;
    }

    function size() external view returns (uint256) {
        return members.length;
    }

    function member(uint256 number) external view known(number) returns (string memory, uint256) {
        return (members[number].name, members[number].points);
    }
}
