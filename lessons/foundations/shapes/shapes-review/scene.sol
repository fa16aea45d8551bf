// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

abstract contract Base {
    uint256 public value;
    string public entered;

    function step() public virtual {
        entered = string.concat(entered, ", Base");
    }
}

abstract contract Adder is Base {
    uint256 internal extra;

    function step() public virtual override {
        entered = string.concat(entered, ", Adder");
        super.step();
        value += extra;
    }
}

abstract contract Doubler is Base {
    function step() public virtual override {
        entered = string.concat(entered, ", Doubler");
        super.step();
        value *= 2;
    }
}

contract Robot is Adder, Doubler {
    constructor(uint256 start, uint256 extra_) {
        (value, extra) = (start, extra_);
    }

    function step() public override(Adder, Doubler) {
        entered = "Robot";
        super.step();
    }
}
