// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

abstract contract Light {
    address internal immutable owner = msg.sender;
    uint256 public level;

    modifier onlyOwner() {
        if (msg.sender == owner) {
            _;
        }
    }

    function dim(uint256 to) public virtual onlyOwner {
        level = to;
    }
}

contract Lamp is Light {
    function dim(uint256 to) public override {
        super.dim(to > 100 ? 100 : to);
    }
}
