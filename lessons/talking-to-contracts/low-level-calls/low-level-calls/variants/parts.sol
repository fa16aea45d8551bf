// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

library Passing {
    error NoContract(address to);

    function pass(address to, bytes memory data, uint256 value) internal returns (bytes memory back) {
        if (data.length != 0) require(to.code.length > 0, NoContract(to));
        bool done;
        (done, back) = to.call{value: value}(data);
        if (!done) throwAgain(back);
    }

    function throwAgain(bytes memory back) internal pure {
        assembly ("memory-safe") {
            revert(add(back, 32), mload(back))
        }
    }
}

abstract contract Relay {
    using Passing for address;

    address public target;

    constructor(address target_) {
        target = target_;
    }

    /// It takes plain ether too, as there is no `receive`.
    fallback() external payable {
        bytes memory back = target.pass(msg.data, msg.value);
        assembly ("memory-safe") {
            return(add(back, 32), mload(back))
        }
    }
}

/// In parts: a library that passes on, a base with the fallback, and a guard of its own kind.
contract Forwarder is Relay {
    using Passing for address;

    event Forwarded(address to, bytes data);

    constructor(address target_) Relay(target_) {}

    function forward(address to, bytes memory data) public payable returns (bytes memory) {
        emit Forwarded(to, data);
        return to.pass(data, msg.value);
    }
}
