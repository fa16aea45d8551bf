// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IFeed {
    function price() external returns (uint256);
}

interface ICaller {
    event Answered(address indexed feed, uint256 price);
    event Refused(address indexed feed, string reason);
    event Panicked(address indexed feed, uint256 code);
    event Failed(address indexed feed, bytes data);
    event Missing(address indexed feed);

    function ask(IFeed feed) external returns (uint256);
    function poll(IFeed[] calldata feeds) external returns (uint256);
}

abstract contract Asker is ICaller {
    uint256 public last;

    function ask(IFeed feed) public returns (uint256) {
        return last = feed.price();
    }
}

/// The whole of `ask` is tried, from outside; so whatever fails in it is caught.
contract Caller is Asker {
    function poll(IFeed[] calldata feeds) external returns (uint256 answers) {
        for (uint256 i = 0; i < feeds.length; i++) {
            IFeed feed = feeds[i];
            try this.ask(feed) returns (uint256 price) {
                answers++;
                emit Answered(address(feed), price);
            } catch Error(string memory reason) {
                emit Refused(address(feed), reason);
            } catch Panic(uint256 code) {
                emit Panicked(address(feed), code);
            } catch (bytes memory data) {
                if (address(feed).code.length == 0) emit Missing(address(feed));
                else emit Failed(address(feed), data);
            }
        }
    }
}
