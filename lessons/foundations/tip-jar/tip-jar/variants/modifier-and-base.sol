// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A modifier in a base contract that also has the error; checked with `require`; events for the curious.
abstract contract Owned {
    error NotOwner(address caller);

    address payable public owner = payable(msg.sender);

    modifier onlyOwner() {
        require(msg.sender == owner, NotOwner(msg.sender));
        _;
    }
}

contract TipJar is Owned {
    event Tipped(address indexed from, uint256 amount, string note);
    event Withdrawn(uint256 amount);

    uint256 private _total;

    function tip(string memory note) public payable virtual {
        require(msg.value != 0, "A tip needs some ether");
        _total = _total + msg.value;
        emit Tipped(msg.sender, msg.value, note);
    }

    function total() public view returns (uint256) {
        return _total;
    }

    function withdraw() public onlyOwner {
        uint256 amount = address(this).balance;
        require(amount > 0, "The jar is empty");
        (bool success, ) = owner.call{value: amount}("");
        require(success, "The owner refused");
        emit Withdrawn(amount);
    }
}
