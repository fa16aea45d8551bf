// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A price feed that counts who asks it, and fails as it is told
contract Feed {
    error Stale(uint256 since, address feed);

    uint256 public asked;
    address public asker;
    uint256 private current;
    bytes private failure;
    uint256 private way;

    /// @notice Answers this from now on.
    function set(uint256 price_) external {
        current = price_;
        way = 0;
    }

    /// @notice Reverts with these bytes from now on.
    function fail(bytes calldata data) external {
        failure = data;
        way = 1;
    }

    /// @notice Divides by zero from now on.
    function divide() external {
        way = 2;
    }

    /// @notice Reverts with a custom error from now on.
    function grow(uint256 since) external {
        current = since;
        way = 3;
    }

    function price() external returns (uint256) {
        asked += 1;
        asker = msg.sender;
        if (way == 3) revert Stale(current, address(this));
        if (way == 2) return current / (way - 2);
        if (way == 1) {
            bytes memory data = failure;
            assembly ("memory-safe") {
                revert(add(data, 0x20), mload(data))
            }
        }
        return current;
    }
}
