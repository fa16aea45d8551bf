// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Tokens that become somebody's little by little
contract Vesting {
    using SafeERC20 for IERC20;

    /// @notice The beneficiary got tokens.
    event Released(uint256 amount);
    /// @notice The owner took back what had not been earned.
    event Revoked(uint256 refund);

    /// @notice Only the owner may revoke.
    error NotOwner(address caller);

    constructor(IERC20 token_, address beneficiary_, uint256 total_, uint64 start_, uint64 cliff_, uint64 duration_) {
        // Task 1: remember all of it.
        // Task 3: remember who deploys.
    }

    /// @notice Answers how many units are earned by now, sent or not.
    function vested() public view returns (uint256) {
        // Task 1: nothing, a part, or all.
        // Task 3: after it was revoked, no more than there was then.
    }

    /// @notice Answers how many units the beneficiary has got.
    function released() external view returns (uint256) {
        // Task 2: answer what is written down.
    }

    /// @notice Sends the beneficiary what is earned and not yet sent. Anyone may call.
    function release() external {
        // Task 2: how much is due? Write it down, announce it.
        // Task 4: send it, and see that it was sent.
    }

    /// @notice Stops the vesting; the owner gets what is not earned. Only for the owner, once.
    function revoke() external {
        // Task 3: refuse strangers and a second time; stop, announce it, and send.
    }
}
