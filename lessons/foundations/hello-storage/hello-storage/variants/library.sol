// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A library does the work on a mapping, and emits the event on behalf of the contract.
library Numbers {
    event Changed(address indexed by, uint256 from, uint256 to);

    function write(mapping(bytes32 key => uint256) storage numbers, bytes32 key, uint256 value) internal {
        emit Changed(msg.sender, numbers[key], value);
        numbers[key] = value;
    }
}

contract SimpleStorage {
    using Numbers for mapping(bytes32 => uint256);

    mapping(bytes32 key => uint256 value) private numbers;

    function set(uint256 value) external {
        numbers.write("number", value);
    }

    function get() external view returns (uint256) {
        return numbers["number"];
    }
}
