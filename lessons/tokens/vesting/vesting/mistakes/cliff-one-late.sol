// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// `<=`: in the second of the cliff nothing is earned yet.
contract Vesting {
    using SafeERC20 for IERC20;

    /// @notice The beneficiary got tokens.
    event Released(uint256 amount);
    /// @notice The owner took back what had not been earned.
    event Revoked(uint256 refund);

    /// @notice Only the owner may revoke.
    error NotOwner(address caller);
    /// @notice It was revoked before.
    error AlreadyRevoked();

    /// @notice Who deployed, and may revoke.
    address public immutable owner = msg.sender;
    /// @notice What is vested.
    IERC20 public immutable token;
    /// @notice Who earns it.
    address public immutable beneficiary;
    /// @notice How many units there are to earn.
    uint256 public immutable total;

    uint256 private immutable start;
    uint256 private immutable cliff;
    uint256 private immutable end;

    /// @notice How many units the beneficiary has got.
    uint256 public released;
    uint256 private stopped = type(uint256).max;

    constructor(IERC20 token_, address beneficiary_, uint256 total_, uint64 start_, uint64 cliff_, uint64 duration_) {
        token = token_;
        beneficiary = beneficiary_;
        total = total_;
        start = start_;
        cliff = uint256(start_) + cliff_;
        end = uint256(start_) + duration_;
    }

    /// @notice Sends the beneficiary what is earned and not yet sent. Anyone may call.
    function release() external {
        uint256 amount = vested() - released;
        released += amount;
        emit Released(amount);
        token.safeTransfer(beneficiary, amount);
    }

    /// @notice Stops the vesting; the owner gets what is not earned. Only for the owner, once.
    function revoke() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (stopped != type(uint256).max) revert AlreadyRevoked();
        uint256 refund = total - vested();
        stopped = block.timestamp;
        emit Revoked(refund);
        token.safeTransfer(owner, refund);
    }

    /// @notice Answers how many units are earned by now, sent or not.
    function vested() public view returns (uint256) {
        uint256 time = block.timestamp < stopped ? block.timestamp : stopped;
        if (time <= cliff) return 0;
        if (time >= end) return total;
        return (total * (time - start)) / (end - start);
    }
}
