// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What this exercise knows of a price feed
interface IFeed {
    function price() external returns (uint256);
}

/// @title A contract that asks others for a price, and goes on where one of them fails
contract Caller {
    /// @notice A feed answered.
    event Answered(address indexed feed, uint256 price);
    /// @notice A feed reverted with a reason.
    event Refused(address indexed feed, string reason);
    /// @notice A feed panicked.
    event Panicked(address indexed feed, uint256 code);
    /// @notice A feed reverted with something else.
    event Failed(address indexed feed, bytes data);
    /// @notice There is no contract at this address.
    event Missing(address indexed feed);

    /// @notice The price that was answered last.
    uint256 public last;

    /// @notice Asks one feed; reverts as the feed does.
    function ask(IFeed feed) external returns (uint256 price) {
        // Task 1: ask, remember the price, and answer it.
    }

    /// @notice Asks many feeds in order, and answers how many of them answered.
    function poll(IFeed[] calldata feeds) external returns (uint256 answers) {
        // Task 2: ask each of them, and tell what it answered.
        // Task 3: where one fails, tell how, and go on.
        // Task 4: where there is no contract, tell that, and go on.
    }
}
