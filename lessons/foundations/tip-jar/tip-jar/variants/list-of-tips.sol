// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The error stands outside; every tip is kept with its note, and the sum is made when asked for.
error NotOwner(address caller);

contract TipJar {
    struct Tip {
        address from;
        uint256 amount;
        string note;
    }

    Tip[] public tips;
    mapping(address account => bool) public isOwner;

    constructor() payable {
        isOwner[msg.sender] = true;
    }

    function tip(string calldata note) external payable returns (uint256 number) {
        assert(msg.value > 0);
        number = tips.length;
        tips.push(Tip(msg.sender, msg.value, note));
    }

    function total() external view returns (uint256 sum) {
        for (uint256 i = 0; i < tips.length; i++) {
            sum += tips[i].amount;
        }
    }

    function withdraw() external {
        if (!isOwner[msg.sender]) {
            revert NotOwner(msg.sender);
        }
        (bool ok, bytes memory answer) = msg.sender.call{value: address(this).balance}("");
        if (!ok) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}
