// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// No event tells of a claim.
contract Airdrop {
    using SafeERC20 for IERC20;

    /// @notice An entry of the list was paid.
    event Claimed(address indexed account, uint256 amount);

    /// @notice The proof does not lead from this entry to the root.
    error NotInTheList(address account, uint256 amount);
    /// @notice This entry was paid before.
    error AlreadyClaimed(address account);

    /// @notice What is handed out.
    IERC20 public immutable token;
    /// @notice The hash of the whole list.
    bytes32 public immutable root;

    mapping(bytes32 leaf => bool paid) private claimed;

    constructor(IERC20 token_, bytes32 root_) {
        token = token_;
        root = root_;
    }

    /// @notice Pays an entry of the list. Anyone may call; the tokens go to the account of the entry.
    function claim(address account, uint256 amount, bytes32[] calldata proof) external {
        bytes32 leaf = leafOf(account, amount);
        bytes32 node = leaf;
        for (uint256 i = 0; i < proof.length; i++) node = _parent(node, proof[i]);
        if (node != root) revert NotInTheList(account, amount);
        if (claimed[leaf]) revert AlreadyClaimed(account);
        claimed[leaf] = true;
        token.safeTransfer(account, amount);
    }

    /// @notice Answers the leaf of an entry: hashed twice, so that no inner node can be taken for it.
    function leafOf(address account, uint256 amount) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account, amount))));
    }

    function _parent(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }
}
