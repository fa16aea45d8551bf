// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Recipes {
    uint256 public constant CUPS = 2;
    uint256 public sugar;
    uint256 public flour;

    function bake(uint256 amount) external payable {
        flour = amount * CUPS;
        sugar = msg.value;
    }
}

contract Kitchen {
    uint256 public guests;
    uint256 public sugar;
    Recipes private immutable recipes = new Recipes();

    constructor(uint256 guests_) {
        guests = guests_;
    }

    function bake(uint256 amount) external payable {
        (bool ok, ) = address(recipes).delegatecall(abi.encodeCall(Recipes.bake, (amount)));
        require(ok);
    }
}
