// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Seed {
    uint256 public immutable weight;

    constructor(uint256 weight_) payable {
        weight = weight_;
    }
}

contract Garden {
    uint256 public planted;

    function plant(bytes32 salt, uint256 weight) external payable returns (Seed seed) {
        seed = new Seed{salt: salt}(weight);
        planted += weight;
    }
}
