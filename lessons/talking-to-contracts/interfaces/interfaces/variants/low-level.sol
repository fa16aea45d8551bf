// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Neither interface nor `try`: a call of bytes, and a look at what came back.
contract Caller {
    event Answered(address indexed feed, uint256 price);
    event Refused(address indexed feed, string reason);
    event Panicked(address indexed feed, uint256 code);
    event Failed(address indexed feed, bytes data);
    event Missing(address indexed feed);

    uint256 public last;

    function ask(address feed) external returns (uint256) {
        require(feed.code.length != 0, "no contract");
        (bool answered, bytes memory data) = feed.call(abi.encodeWithSignature("price()"));
        if (!answered) {
            assembly ("memory-safe") {
                revert(add(data, 0x20), mload(data))
            }
        }
        last = abi.decode(data, (uint256));
        return last;
    }

    function poll(address[] calldata feeds) external returns (uint256 answers) {
        for (uint256 i = 0; i < feeds.length; i++) {
            address feed = feeds[i];
            if (feed.code.length == 0) {
                emit Missing(feed);
            } else {
                (bool answered, bytes memory data) = feed.call(abi.encodeWithSignature("price()"));
                if (answered) {
                    last = abi.decode(data, (uint256));
                    answers++;
                    emit Answered(feed, last);
                } else if (bytes4(data) == 0x08c379a0) {
                    emit Refused(feed, this.reasonIn(data));
                } else if (bytes4(data) == 0x4e487b71) {
                    emit Panicked(feed, this.codeIn(data));
                } else {
                    emit Failed(feed, data);
                }
            }
        }
    }

    function reasonIn(bytes calldata data) external pure returns (string memory) {
        return abi.decode(data[4:], (string));
    }

    function codeIn(bytes calldata data) external pure returns (uint256) {
        return abi.decode(data[4:], (uint256));
    }
}
