// verdict: compile_error None
// More on the stack than it can reach, in both pipelines.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C { function f() public pure returns (uint256 r) {
uint256 v0 = 0;
uint256 v1 = 1;
uint256 v2 = 2;
uint256 v3 = 3;
uint256 v4 = 4;
uint256 v5 = 5;
uint256 v6 = 6;
uint256 v7 = 7;
uint256 v8 = 8;
uint256 v9 = 9;
uint256 v10 = 10;
uint256 v11 = 11;
uint256 v12 = 12;
uint256 v13 = 13;
uint256 v14 = 14;
uint256 v15 = 15;
uint256 v16 = 16;
uint256 v17 = 17;
uint256 v18 = 18;
uint256 v19 = 19;
uint256 v20 = 20;
uint256 v21 = 21;
uint256 v22 = 22;
uint256 v23 = 23;
uint256 v24 = 24;
uint256 v25 = 25;
uint256 v26 = 26;
uint256 v27 = 27;
uint256 v28 = 28;
uint256 v29 = 29;
uint256 v30 = 30;
uint256 v31 = 31;
uint256 v32 = 32;
uint256 v33 = 33;
uint256 v34 = 34;
uint256 v35 = 35;
uint256 v36 = 36;
uint256 v37 = 37;
uint256 v38 = 38;
uint256 v39 = 39;
r = v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 + v11 + v12 + v13 + v14 + v15 + v16 + v17 + v18 + v19 + v20 + v21 + v22 + v23 + v24 + v25 + v26 + v27 + v28 + v29 + v30 + v31 + v32 + v33 + v34 + v35 + v36 + v37 + v38 + v39; } }
