// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// The library's proofs; one claim for each account; a lock around everything, and the transfer in the middle.
contract Airdrop is ReentrancyGuard {
    event Claimed(address indexed account, uint256 amount);

    IERC20 private immutable coin;
    bytes32 public merkleRoot;
    mapping(address account => uint256 amount) public paid;

    constructor(IERC20 coin_, bytes32 merkleRoot_) {
        coin = coin_;
        merkleRoot = merkleRoot_;
    }

    function leafOf(address account, uint256 amount) external pure returns (bytes32) {
        return _leaf(account, amount);
    }

    function claim(address account, uint256 amount, bytes32[] memory proof) public virtual nonReentrant {
        require(paid[account] == 0, "paid before");
        require(MerkleProof.verify(proof, merkleRoot, _leaf(account, amount)), "not in the list");
        SafeERC20.safeTransfer(coin, account, amount);
        paid[account] = amount;
        emit Claimed(account, amount);
    }

    function _leaf(address account, uint256 amount) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account, amount))));
    }
}
