// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Ether that comes without a call counts as a tip too, and the jar keeps its own books of what it holds.
contract TipJar {
    error NotOwner(address caller);
    error NothingGiven(address caller);

    address public owner;
    uint256 public total;
    uint256 public held;

    constructor() {
        owner = msg.sender;
    }

    receive() external payable {
        _take();
    }

    function tip(string calldata) external payable {
        _take();
    }

    function withdraw() external payable returns (bool) {
        _onlyOwner();
        uint256 amount = held;
        held = 0;
        (bool ok, ) = payable(owner).call{value: amount, gas: gasleft()}(bytes("your tips"));
        if (!ok) revert();
        return true;
    }

    function transferOwnership(address newOwner) external {
        _onlyOwner();
        owner = newOwner;
    }

    function _take() private {
        if (msg.value == 0) revert NothingGiven(msg.sender);
        unchecked {
            total += msg.value;
            held += msg.value;
        }
    }

    function _onlyOwner() private view {
        if (msg.sender != owner) revert NotOwner({caller: msg.sender});
    }
}
