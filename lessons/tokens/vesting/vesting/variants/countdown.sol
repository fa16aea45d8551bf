// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
}

/// What is still to be sent is kept, and not what was; the token is called by hand; revoked after the end is an error.
contract Vesting {
    event Released(uint256 units);
    event Revoked(uint256 units);

    error NotOwner(address caller);
    error Refused(bytes answer);

    address private immutable coin;
    address private immutable worker;
    uint256 private immutable all;
    uint64 private immutable from;
    uint64 private immutable wait;
    uint64 private immutable length;
    mapping(address account => bool) private boss;
    uint256 private toSend;
    uint256 private ceiling;

    constructor(address c, address w, uint256 units, uint64 s, uint64 cliff, uint64 duration) payable {
        (coin, worker, all, from, wait, length) = (c, w, units, s, cliff, duration);
        boss[msg.sender] = true;
        toSend = units;
        ceiling = units;
    }

    function vested() external view returns (uint256) {
        return _earned();
    }

    function released() public view returns (uint256) {
        return all - toSend;
    }

    function release() public virtual returns (uint256 units) {
        units = _earned() - released();
        if (units == 0) return 0;
        toSend -= units;
        _pay(worker, units);
        emit Released(units);
    }

    function revoke() external {
        if (!boss[msg.sender]) revert NotOwner(msg.sender);
        uint256 earned = _earned();
        require(ceiling == all && earned < all, "nothing to take back");
        ceiling = earned;
        emit Revoked(all - earned);
        _pay(msg.sender, all - earned);
    }

    function _earned() private view returns (uint256 earned) {
        uint256 passed = block.timestamp > from ? block.timestamp - from : 0;
        if (passed >= wait) earned = passed >= length ? all : (all * passed) / length;
        if (earned > ceiling || ceiling < all) earned = ceiling;
    }

    function _pay(address to, uint256 units) private {
        (bool ok, bytes memory answer) = coin.call(abi.encodeCall(IToken.transfer, (to, units)));
        if (!ok || (answer.length > 0 && !abi.decode(answer, (bool)))) revert Refused(answer);
    }
}
