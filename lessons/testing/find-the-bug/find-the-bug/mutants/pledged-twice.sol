// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Money for a project, if enough comes together in time
contract Fund {
    /// @notice Somebody has pledged `amount`; with it `raised` has come together.
    event Pledged(address indexed who, uint256 amount, uint256 raised);
    /// @notice Somebody has got back all that they had pledged.
    event Refunded(address indexed who, uint256 amount);

    error TooEarly();
    error TooLate();
    error GoalReached();
    error GoalMissed();
    error AlreadyClaimed();
    error NotDelivered();

    address public immutable organizer;
    uint256 public immutable goal;
    /// @notice The first second in which nobody can pledge any more.
    uint256 public immutable deadline;

    /// @notice How much has come together. Refunds do not change it.
    uint256 public raised;
    bool public claimed;
    /// @notice What somebody has pledged, all in all, and has not got back.
    mapping(address who => uint256 amount) public pledged;

    /// @notice The deadline is `time` seconds from now.
    constructor(uint256 goal_, uint256 time) {
        organizer = msg.sender;
        goal = goal_;
        deadline = block.timestamp + time;
    }

    /// @notice Adds the ether of this call to what the caller has pledged.
    /// Before the deadline only: in the very second of the deadline it is too late.
    function pledge() external payable {
        if (block.timestamp >= deadline) revert TooLate();
        pledged[msg.sender] = msg.value;
        raised += msg.value;
        emit Pledged(msg.sender, msg.value, raised);
    }

    /// @notice Pays all that has come together to the organizer, whoever calls. Once, and from the deadline on,
    /// if at least the goal has been reached.
    function claim() external {
        if (block.timestamp < deadline) revert TooEarly();
        if (raised < goal) revert GoalMissed();
        if (claimed) revert AlreadyClaimed();
        claimed = true;
        _pay(organizer, raised);
    }

    /// @notice Pays back all that the caller has pledged, if the goal has been missed. From the deadline on.
    /// Whoever has nothing to get gets nothing, and no error.
    function refund() external {
        if (block.timestamp < deadline) revert TooEarly();
        if (raised >= goal) revert GoalReached();
        uint256 amount = pledged[msg.sender];
        pledged[msg.sender] = 0;
        emit Refunded(msg.sender, amount);
        _pay(msg.sender, amount);
    }

    function _pay(address to, uint256 amount) private {
        (bool delivered, ) = to.call{value: amount}("");
        if (!delivered) revert NotDelivered();
    }
}
