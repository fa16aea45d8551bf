// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Modifiers in base contracts: one for the owner, one for the time.
abstract contract Timed {
    error TooEarly(uint256 opensAt);

    uint64 internal immutable start = uint64(block.timestamp);

    modifier afterAWeek() {
        uint256 at = opensAt();
        if (!(block.timestamp >= at)) revert TooEarly(at);
        _;
    }

    function opensAt() public view virtual returns (uint256);
}

abstract contract Refusing {
    error NoSuchFunction(bytes4 selector);

    fallback() external payable virtual {
        bytes4 selector;
        assembly {
            selector := calldataload(0)
        }
        revert NoSuchFunction(selector);
    }
}

contract PiggyBank is Timed, Refusing {
    error NotOwner(address caller);

    event Saved(address indexed by, uint256 amount);
    event Smashed(uint256 amount);

    mapping(address => bool) private mine;

    constructor() {
        mine[msg.sender] = true;
    }

    modifier only() {
        require(mine[msg.sender], NotOwner(msg.sender));
        _;
    }

    receive() external payable {
        emit Saved({by: msg.sender, amount: msg.value});
    }

    function opensAt() public view override returns (uint256) {
        return uint256(start) + 1 weeks;
    }

    function smash() public only afterAWeek {
        emit Smashed(address(this).balance);
        (bool sent, ) = msg.sender.call{value: address(this).balance}("");
        require(sent, "the owner refused");
    }
}
