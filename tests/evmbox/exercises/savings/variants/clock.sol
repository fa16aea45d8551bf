// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

import {Clock} from "./Clock.sol";

contract Savings is Clock {
    error NotSaver(address caller);

    address payable private saver;

    constructor(address payable saver_, uint256 wait) Clock(wait) {
        saver = saver_;
    }

    function deposit() external payable {}

    function withdraw() external {
        require(msg.sender == saver, NotSaver(msg.sender));
        pay();
    }

    function pay() private once {
        (bool paid,) = saver.call{value: address(this).balance}("");
        assert(paid);
    }
}
