// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A list of members with points
contract Roster {
    /// @notice There is no member of this number.
    error NoMember(uint256 number);

    struct Member {
        string name;
        uint256 points;
    }

    Member[] private members;

    /// @notice Adds a member without points at the end.
    function add(string calldata name) external {
        // Task 1: put the member into the list.
    }

    /// @notice Gives points to one member.
    function award(uint256 number, uint256 points) external {
        // Task 2: this compiles and does nothing that stays. Why?
        if (number < members.length) {
            Member memory member_ = members[number];
            member_.points += points;
        }
    }

    /// @notice Gives points to each of several members.
    function awardAll(uint256[] calldata numbers, uint256 points) external {
        // Task 3: go through the list of numbers.
    }

    /// @notice Lets two members change places.
    function swap(uint256 first, uint256 second) external {
        // Task 4: what has to be kept aside?
    }

    /// @notice Answers how many members there are.
    function size() external view returns (uint256) {
        return members.length;
    }

    /// @notice Answers a member's name and points.
    function member(uint256 number) external view returns (string memory name, uint256 points) {
        // Task 5: refuse a number without a member, here and above, and answer the two values.
    }
}
