// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A token that does what it should
contract Coin {
    mapping(address account => uint256 units) public balanceOf;

    function make(address to, uint256 units) external {
        balanceOf[to] += units;
    }

    function transfer(address to, uint256 value) public virtual returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        return true;
    }
}

interface IHearsOfCoins {
    function onCoins() external;
}

/// @title A token that tells receivers of what they get, as some do
contract TellingCoin is Coin {
    function transfer(address to, uint256 value) public override returns (bool) {
        super.transfer(to, value);
        if (to.code.length > 0) IHearsOfCoins(to).onCoins();
        return true;
    }
}

/// @title A token that answers false while it is closed, and does nothing
contract FalseCoin is Coin {
    bool public closed;

    function close(bool yes) external {
        closed = yes;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !closed && super.transfer(to, value);
    }
}

/// @title A token whose transfer answers nothing, as some old ones do
contract MuteCoin {
    mapping(address account => uint256 units) public balanceOf;

    function make(address to, uint256 units) external {
        balanceOf[to] += units;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }
}

/// @title A receiver that calls once more while it is paid
contract Greedy is IHearsOfCoins {
    address private target;
    bytes private again;
    uint256 public tries;

    function prepare(address target_, bytes calldata again_) external {
        (target, again) = (target_, again_);
    }

    function onCoins() external {
        if (tries == 2) return;
        tries += 1;
        (bool done, ) = target.call(again);
        done;
    }
}

interface IVesting {
    function revoke() external;
}

/// @title A contract that passes calls on
contract Messenger {
    function revoke(IVesting vesting) external {
        vesting.revoke();
    }
}
