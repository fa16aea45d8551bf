// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A contract that writes down how it is called, and answers or reverts as it is told
contract Recorder {
    bytes public data;
    uint256 public value;
    address public caller;
    uint256 public calls;
    bytes private back;
    bool private failing;

    receive() external payable {
        record();
    }

    fallback(bytes calldata) external payable returns (bytes memory) {
        record();
        bytes memory answer = back;
        if (failing) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        return answer;
    }

    function willAnswer(bytes calldata answer) external {
        (back, failing) = (answer, false);
    }

    function willFail(bytes calldata answer) external {
        (back, failing) = (answer, true);
    }

    function record() private {
        (data, value, caller) = (msg.data, msg.value, msg.sender);
        calls += 1;
    }
}

/// @title A till that takes money and has a price list
contract Till {
    error Closed(uint256 until);

    uint256 public immutable price;
    string public title;
    uint256 public taken;

    constructor(uint256 price_, string memory title_) {
        (price, title) = (price_, title_);
    }

    function pay(uint256 pieces) external payable returns (uint256 change, string memory thanks) {
        if (pieces == 0) revert Closed(price);
        taken += msg.value;
        return (msg.value - pieces * price, title);
    }
}

/// @title A customer that knows a till by its functions, and not what lies in between
contract Customer {
    string public thanks;
    uint256 public change;

    function look(Till till) external view returns (uint256, string memory) {
        return (till.price(), till.title());
    }

    function pay(Till till, uint256 pieces) external payable {
        (change, thanks) = till.pay{value: msg.value}(pieces);
    }
}

/// @title Ether that nobody can refuse
contract Forced {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
