// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// A lock, the library's division, a flag and the sum at the moment of revoking; nothing due reverts.
contract Vesting is ReentrancyGuard {
    event Released(uint256 amount);
    event Revoked(uint256 refund);

    error NotOwner(address caller);

    struct Terms {
        IERC20 token;
        address beneficiary;
        uint256 total;
        uint64 start;
        uint64 cliff;
        uint64 duration;
    }

    Terms public terms;
    address public owner;
    uint256 public released;
    bool public revoked;
    uint256 private kept;

    constructor(IERC20 token, address beneficiary, uint256 total, uint64 start, uint64 cliff, uint64 duration) {
        terms = Terms(token, beneficiary, total, start, cliff, duration);
        owner = msg.sender;
    }

    modifier onlyOwner() {
        require(msg.sender == owner, NotOwner(msg.sender));
        _;
    }

    function release() external nonReentrant {
        uint256 due = vested() - released;
        require(due > 0, "nothing due");
        SafeERC20.safeTransfer(terms.token, terms.beneficiary, due);
        released += due;
        emit Released(due);
    }

    function revoke() external nonReentrant onlyOwner {
        require(!revoked, "already revoked");
        kept = vested();
        revoked = true;
        SafeERC20.safeTransfer(terms.token, owner, terms.total - kept);
        emit Revoked(terms.total - kept);
    }

    function vested() public view returns (uint256) {
        if (revoked) return kept;
        if (block.timestamp < uint256(terms.start) + terms.cliff) return 0;
        return Math.mulDiv(terms.total, Math.min(block.timestamp - terms.start, terms.duration), terms.duration);
    }
}
