// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Voucher} from "./Voucher.sol";

contract VoucherTest is Test {
    Voucher voucher;

    function setUp() public {
        voucher = new Voucher(1 ether);
    }

    function testBuying() public {
        voucher.buy{value: 3 ether}();
        // What must be true now?
    }
}
