// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Numbers as text
library Text {
    /// @notice Answers the decimal digits of a number.
    function decimal(uint256 number) internal pure returns (string memory) {
        if (number == 0) return "0";
        bytes memory digits;
        for (; number > 0; number /= 10) digits = bytes.concat(bytes1(uint8(48 + (number % 10))), digits);
        return string(digits);
    }
}
