// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Nothing is called here: the questions are about accounts.
contract Ledger {}
