// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// A text in front of each leaf; the way up is recursive, in a library.
library Tree {
    function climbs(bytes32[] calldata proof, bytes32 node, bytes32 root) internal pure returns (bool) {
        if (proof.length == 0) return node == root;
        bytes32 beside = proof[0];
        (bytes32 low, bytes32 high) = node < beside ? (node, beside) : (beside, node);
        return climbs(proof[1:], keccak256(abi.encode(low, high)), root);
    }
}

contract Airdrop {
    using Tree for bytes32[];

    IERC20 private immutable token;
    bytes32 private immutable root;
    mapping(bytes32 leaf => uint256 time) public claimedAt;

    event Claimed(address indexed account, uint256 amount);

    constructor(IERC20 t, bytes32 r) {
        (token, root) = (t, r);
    }

    function claim(address account, uint256 amount, bytes32[] calldata proof) external {
        bytes32 leaf = leafOf(account, amount);
        require(claimedAt[leaf] == 0 && proof.climbs(leaf, root));
        claimedAt[leaf] = block.timestamp;
        SafeERC20.safeTransfer(token, account, amount);
        emit Claimed(account, amount);
    }

    function leafOf(address account, uint256 amount) public pure returns (bytes32) {
        return keccak256(abi.encode("entry of the airdrop", account, amount));
    }
}
