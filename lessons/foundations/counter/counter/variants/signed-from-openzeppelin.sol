// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// Keeps a signed number, and converts it with a library.
contract Counter {
    using SafeCast for int256;

    error BelowZero();

    int256 private number;

    function increment() external {
        number++;
    }

    function decrement() external {
        if (number <= 0) revert BelowZero();
        number--;
    }

    function count() external view returns (uint256) {
        return number.toUint256();
    }
}
