// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Where the target reverts, the fallback has a reason of its own.
contract Forwarder {
    /// @notice There is nobody who could understand the data.
    error NoContract(address to);

    /// @notice Where calls go that the forwarder does not know.
    address public immutable target;

    constructor(address target_) {
        target = target_;
    }

    /// @notice Passes plain ether on to the target.
    receive() external payable {
        _pass(target, "");
    }

    /// @notice Passes any other call on to the target, and its answer back as it is.
    fallback(bytes calldata data) external payable returns (bytes memory) {
        (bool done, bytes memory back) = target.call{value: msg.value}(data);
        require(done, "the target failed");
        return back;
    }

    /// @notice Calls `to` with these data and this ether, and answers what came back.
    function forward(address to, bytes calldata data) external payable returns (bytes memory) {
        return _pass(to, data);
    }

    function _pass(address to, bytes memory data) private returns (bytes memory) {
        if (data.length > 0 && to.code.length == 0) revert NoContract(to);
        (bool done, bytes memory back) = to.call{value: msg.value}(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(back, 0x20), mload(back))
            }
        }
        return back;
    }
}
