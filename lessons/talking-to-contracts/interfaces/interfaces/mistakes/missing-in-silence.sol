// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What this exercise knows of a price feed
interface IFeed {
    function price() external returns (uint256);
}

/// An address without code is left out and not told.
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
        price = feed.price();
        last = price;
    }

    /// @notice Asks many feeds in order, and answers how many of them answered.
    function poll(IFeed[] calldata feeds) external returns (uint256 answers) {
        for (uint256 i = 0; i < feeds.length; i++) {
            IFeed feed = feeds[i];
            if (address(feed).code.length == 0) {
                continue;
            }
            try feed.price() returns (uint256 price) {
                last = price;
                answers += 1;
                emit Answered(address(feed), price);
            } catch Error(string memory reason) {
                emit Refused(address(feed), reason);
            } catch Panic(uint256 code) {
                emit Panicked(address(feed), code);
            } catch (bytes memory data) {
                emit Failed(address(feed), data);
            }
        }
    }
}
