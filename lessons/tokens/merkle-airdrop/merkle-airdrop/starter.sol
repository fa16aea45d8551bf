// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Hands out tokens to everyone in a list of which it knows only one hash
contract Airdrop {
    using SafeERC20 for IERC20;

    /// @notice An entry of the list was paid.
    event Claimed(address indexed account, uint256 amount);

    constructor(IERC20 token_, bytes32 root_) {
        // Task 2: remember both.
    }

    /// @notice Answers the leaf of an entry.
    function leafOf(address account, uint256 amount) public pure returns (bytes32) {
        // Task 1: a hash that only this entry has, and no inner node.
    }

    /// @notice Pays an entry of the list. Anyone may call; the tokens go to the account of the entry.
    function claim(address account, uint256 amount, bytes32[] calldata proof) external {
        // Task 3: from the leaf, hash up along the proof; what comes out must be the root.
        // Task 4: refuse an entry that was paid, and remember that this one is.
        // Task 2: announce it.
        // Task 5: send the tokens, and see that they were sent.
    }
}
