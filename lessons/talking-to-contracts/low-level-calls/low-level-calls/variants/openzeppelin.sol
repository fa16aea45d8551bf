// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// OpenZeppelin looks at code and answer; a revert without data, for which it has an error of its own, comes first.
contract Forwarder {
    error NoContract(address to);

    address public immutable target;

    constructor(address target_) {
        target = target_;
    }

    receive() external payable {
        forwardTo(target, "");
    }

    fallback(bytes calldata data) external payable returns (bytes memory) {
        return forwardTo(target, data);
    }

    function forward(address to, bytes calldata data) external payable returns (bytes memory) {
        return forwardTo(to, data);
    }

    function forwardTo(address to, bytes memory data) internal returns (bytes memory) {
        if (to.code.length == 0) {
            if (data.length > 0) revert NoContract(to);
            Address.sendValue(payable(to), msg.value);
            return "";
        }
        (bool done, bytes memory back) = to.call{value: msg.value}(data);
        if (!done && back.length == 0) {
            assembly ("memory-safe") {
                revert(0, 0)
            }
        }
        return Address.verifyCallResult(done, back);
    }
}
