// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Members never move: a list of places says who stands where.
contract Roster {
    struct Member {
        string name;
        uint256 points;
    }

    error NoMember(uint256 number);

    mapping(uint256 id => Member) private memberOf;
    uint256[] private places;

    function add(string calldata name) external payable returns (uint256 number) {
        number = places.length;
        places.push(number);
        memberOf[number].name = name;
    }

    function award(uint256 number, uint256 points) external payable {
        memberOf[_id(number)].points += points;
    }

    function awardAll(uint256[] calldata numbers, uint256 points) external payable {
        uint256 left = numbers.length;
        for (; left > 0; left--) memberOf[_id(numbers[left - 1])].points += points;
    }

    function swap(uint256 first, uint256 second) external payable {
        (places[_at(first)], places[_at(second)]) = (places[_at(second)], places[_at(first)]);
    }

    function size() public view returns (uint256) {
        return places.length;
    }

    function member(uint256 number) public view returns (string memory name, uint256 points) {
        Member memory copy = memberOf[_id(number)];
        (name, points) = (copy.name, copy.points);
    }

    function _at(uint256 number) private view returns (uint256) {
        if (number < size()) return number;
        revert NoMember(number);
    }

    function _id(uint256 number) private view returns (uint256) {
        return places[_at(number)];
    }
}
