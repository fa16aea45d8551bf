// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IFeed {
    function price() external returns (uint256);
}

/// One `catch` for all; the first four bytes say which it was.
contract Caller {
    event Answered(address indexed feed, uint256 price);
    event Refused(address indexed feed, string reason);
    event Panicked(address indexed feed, uint256 code);
    event Failed(address indexed feed, bytes data);
    event Missing(address indexed feed);

    bytes4 private constant REASON = bytes4(keccak256("Error(string)"));
    bytes4 private constant PANIC = bytes4(keccak256("Panic(uint256)"));

    uint256 private lastPrice;

    function last() external view returns (uint256) {
        return lastPrice;
    }

    function ask(address feed) external returns (uint256) {
        return _remembered(IFeed(feed).price());
    }

    function poll(address[] memory feeds) external returns (uint256) {
        uint256 answers;
        for (uint256 i; i < feeds.length; ++i) if (_asked(feeds[i])) ++answers;
        return answers;
    }

    function _asked(address feed) private returns (bool) {
        if (feed.code.length == 0) {
            emit Missing(feed);
            return false;
        }
        try IFeed(feed).price() returns (uint256 price) {
            emit Answered(feed, _remembered(price));
            return true;
        } catch (bytes memory data) {
            _tell(feed, data);
            return false;
        }
    }

    function _tell(address feed, bytes memory data) private {
        bytes4 selector = bytes4(data);
        if (selector == REASON && data.length >= 68) {
            emit Refused(feed, abi.decode(_rest(data), (string)));
        } else if (selector == PANIC && data.length == 36) {
            emit Panicked(feed, abi.decode(_rest(data), (uint256)));
        } else {
            emit Failed(feed, data);
        }
    }

    function _rest(bytes memory data) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - 4);
        for (uint256 i = 0; i < rest.length; i++) rest[i] = data[i + 4];
    }

    function _remembered(uint256 price) private returns (uint256) {
        lastPrice = price;
        return price;
    }
}
