// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// One fallback for both: without data it takes the ether, with data it refuses.
contract PiggyBank {
    error NotOwner(address caller);
    error TooEarly(uint256 opensAt);
    error NoSuchFunction(bytes4 selector);

    event Saved(address indexed saver, uint256 value);

    address payable private immutable SAVER = payable(msg.sender);
    uint256 private immutable SINCE = block.timestamp;

    fallback() external payable {
        if (msg.data.length > 0) revert NoSuchFunction(bytes4(msg.data));
        emit Saved(msg.sender, msg.value);
    }

    function opensAt() public view returns (uint256) {
        return SINCE + 604800;
    }

    function smash() external payable returns (uint256 amount) {
        if (opensAt() > block.timestamp) revert TooEarly(opensAt());
        if (SAVER != msg.sender) revert NotOwner(msg.sender);
        amount = address(this).balance;
        (bool ok, bytes memory why) = SAVER.call{value: amount}("");
        if (!ok) {
            assembly {
                revert(add(why, 0x20), mload(why))
            }
        }
    }
}
