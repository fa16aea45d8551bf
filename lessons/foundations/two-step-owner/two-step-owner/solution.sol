// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Something with an owner, who hands over in two steps
abstract contract Handover {
    /// @notice Someone other than the owner called.
    error NotOwner(address caller);
    /// @notice Someone other than the pending owner tried to accept.
    error NotPendingOwner(address caller);

    /// @notice The owner offered ownership; `to` is zero where the offer was taken back.
    event OwnershipOffered(address indexed from, address indexed to);
    /// @notice Ownership has gone over.
    event OwnershipTransferred(address indexed from, address indexed to);

    /// @notice Who may do what only the owner may.
    address public owner = msg.sender;

    /// @notice Who may accept ownership; zero for nobody.
    address public pendingOwner;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @notice Offers ownership to an account, in place of an earlier offer.
    function transferOwnership(address to) external onlyOwner {
        pendingOwner = to;
        emit OwnershipOffered(owner, to);
    }

    /// @notice Takes ownership that was offered.
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }
}

/// @title A number that only the owner sets
contract Owned is Handover {
    /// @notice The number.
    uint256 public number;

    /// @notice Sets the number.
    function setNumber(uint256 newNumber) external onlyOwner {
        number = newNumber;
    }
}
