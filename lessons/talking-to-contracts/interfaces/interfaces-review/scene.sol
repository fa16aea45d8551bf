// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Archive {
    error TooLarge(uint256 size);

    uint256 private immutable limit;
    uint256 public kept;

    constructor(uint256 limit_) {
        limit = limit_;
    }

    function keep(uint256 size) external {
        kept += size;
        require(size > 0, "nothing to keep");
        if (size > limit) revert TooLarge(size);
    }
}

contract Desk {
    uint256 public noted;

    function file(Archive archive, uint256 size) external returns (string memory) {
        noted += 1;
        try archive.keep(size) {
            noted += 1000 * archive.kept();
            return "filed";
        } catch Error(string memory) {
            noted += 100;
            return "reason";
        } catch {
            noted += 10;
            return "rest";
        }
    }
}
