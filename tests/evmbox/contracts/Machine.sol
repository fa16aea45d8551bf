// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Does what it is told, step by step, and logs whatever the EVM lets it see: each answer, and the gas left after it.
contract Machine {
    enum Kind {
        Store,
        StoreTransient,
        LoadTransient,
        Log,
        Call,
        StaticCall,
        DelegateCall,
        CallCode,
        Create,
        Create2,
        SelfDestruct,
        Revert,
        Invalid,
        Burn,
        Environment,
        Code,
        Remember
    }

    struct Step {
        Kind kind;
        address target;
        uint256 a;
        uint256 b;
        bytes data;
    }

    error Refused(uint256 a, bytes data);

    /// Stands for the contract that was made last, in this transaction.
    address private constant LAST = address(0xCafe);
    uint256 private constant LAST_SLOT = 99;

    uint256[] private memories;

    constructor(Step[] memory steps) payable {
        _run(steps);
    }

    receive() external payable {}

    function run(Step[] memory steps) external payable returns (uint256) {
        _run(steps);
        return steps.length;
    }

    function _run(Step[] memory steps) private {
        for (uint256 i = 0; i < steps.length; i++) {
            Step memory step = steps[i];
            if (step.target == LAST) step.target = _last();
            if (step.kind <= Kind.Log) _write(step.kind, step.target, step.a, step.b, step.data);
            else if (step.kind <= Kind.CallCode) _call(step.kind, step.target, step.a, step.b, step.data);
            else if (step.kind <= Kind.Create2) _create(step.kind, step.a, step.b, step.data);
            else _other(step.kind, step.target, step.a, step.data);
        }
    }

    function _write(Kind kind, address target, uint256 a, uint256 b, bytes memory data) private {
        if (kind == Kind.Store) {
            assembly { sstore(a, b) }
        } else if (kind == Kind.StoreTransient) {
            assembly { tstore(a, b) }
        } else if (kind == Kind.LoadTransient) {
            assembly { sstore(a, tload(b)) }
        } else {
            assembly { log4(add(data, 32), mload(data), a, b, target, gas()) }
        }
    }

    function _call(Kind kind, address target, uint256 value, uint256 limit, bytes memory data) private {
        uint256 given = limit == 0 ? gasleft() : limit;
        uint256 success;
        if (kind == Kind.Call) {
            assembly { success := call(given, target, value, add(data, 32), mload(data), 0, 32) }
        } else if (kind == Kind.StaticCall) {
            assembly { success := staticcall(given, target, add(data, 32), mload(data), 0, 32) }
        } else if (kind == Kind.DelegateCall) {
            assembly { success := delegatecall(given, target, add(data, 32), mload(data), 0, 32) }
        } else {
            assembly { success := callcode(given, target, value, add(data, 32), mload(data), 0, 32) }
        }
        _tell(success);
    }

    function _create(Kind kind, uint256 value, uint256 salt, bytes memory data) private {
        uint256 made;
        if (kind == Kind.Create) {
            assembly { made := create(value, add(data, 32), mload(data)) }
        } else {
            assembly { made := create2(value, add(data, 32), mload(data), salt) }
        }
        if (made != 0) assembly { tstore(LAST_SLOT, made) }
        _tell(made);
    }

    function _other(Kind kind, address target, uint256 a, bytes memory data) private {
        if (kind == Kind.SelfDestruct) {
            assembly { selfdestruct(target) }
        } else if (kind == Kind.Revert) {
            revert Refused(a, data);
        } else if (kind == Kind.Invalid) {
            assembly { invalid() }
        } else if (kind == Kind.Burn) {
            for (uint256 i = 0; i < a % 64; i++) data = abi.encode(keccak256(data));
        } else if (kind == Kind.Environment) {
            _environment(a);
        } else if (kind == Kind.Code) {
            bytes memory code = target.code;
            bytes memory told = abi.encode(target.codehash, code.length, keccak256(code), target.balance);
            assembly { log1(add(told, 32), mload(told), gas()) }
        } else {
            if (a % 3 == 0 && memories.length > 0) memories.pop();
            else memories.push(a);
        }
    }

    function _environment(uint256 ago) private {
        bytes memory hashes = abi.encode(
            blockhash(block.number), blockhash(block.number - 1), blockhash(block.number - ago % 4), blockhash(ago)
        );
        bytes memory numbers = abi.encode(block.timestamp, block.number, block.prevrandao, block.chainid);
        bytes memory fees = abi.encode(block.basefee, block.blobbasefee, block.gaslimit, tx.gasprice, blobhash(0));
        bytes memory people = abi.encode(block.coinbase, tx.origin, msg.sender, msg.value, address(this).balance);
        bytes memory all = bytes.concat(hashes, numbers, fees, people, msg.data);
        assembly { log1(add(all, 32), mload(all), gas()) }
    }

    function _last() private view returns (address last) {
        assembly { last := tload(LAST_SLOT) }
    }

    function _tell(uint256 answer) private {
        assembly {
            let free := mload(0x40)
            returndatacopy(free, 0, returndatasize())
            log3(free, returndatasize(), answer, mload(0), gas())
        }
    }
}

/// Makes machines.
contract Maker {
    event Made(address machine);

    receive() external payable {}

    function make(uint256 salt) external payable returns (address made) {
        Machine.Step[] memory none;
        made = salt == 0
            ? address(new Machine{value: msg.value}(none))
            : address(new Machine{value: msg.value, salt: bytes32(salt)}(none));
        emit Made(made);
    }
}
