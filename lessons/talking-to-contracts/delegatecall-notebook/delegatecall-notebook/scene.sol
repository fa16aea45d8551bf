// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Witness {
    function whoCalls() external view returns (address) {
        return msg.sender;
    }
}

contract Engine {
    uint128 public speed;
    uint128 public gear;
    uint256 public fuel;
    uint256 public immutable limit;

    constructor(uint128 speed_, uint256 limit_) {
        speed = speed_;
        limit = limit_;
    }

    function accelerate(uint128 by) external {
        speed += by;
    }

    function refuel(uint256 litres) external {
        fuel = litres;
    }

    function shift(uint128 to) external {
        gear = to;
    }

    function readLimit() external view returns (uint256) {
        return limit;
    }

    function look() external payable returns (address caller, uint256 paid, uint256 funds) {
        return (msg.sender, msg.value, address(this).balance);
    }

    function ask(Witness witness) external view returns (address) {
        return witness.whoCalls();
    }

    function scrap(address payable heir) external {
        selfdestruct(heir);
    }
}

contract Ship {
    uint256 public cargo;
    uint256 public fuel;
    uint256 public immutable limit;
    Engine public immutable engine;

    constructor(uint256 cargo_, uint256 limit_, uint128 speed, uint256 engineLimit) payable {
        cargo = cargo_;
        limit = limit_;
        engine = new Engine(speed, engineLimit);
    }

    /// Runs the engine's code as if it were the ship's.
    function borrow(bytes calldata order) external payable returns (bytes memory answer) {
        bool ok;
        (ok, answer) = address(engine).delegatecall(order);
        require(ok);
    }

    /// Has the engine do it.
    function send(bytes calldata order) external payable returns (bytes memory answer) {
        bool ok;
        (ok, answer) = address(engine).call(order);
        require(ok);
    }

    function borrowFrom(address code, bytes calldata order) external returns (bool ok) {
        (ok, ) = code.delegatecall(order);
    }
}
