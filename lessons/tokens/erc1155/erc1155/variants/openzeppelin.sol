// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// The library's contract, with a URI besides.
contract Items is ERC1155, Ownable {
    constructor() ERC1155("https://example.org/{id}.json") Ownable(msg.sender) {}

    function mint(address to, uint256 id, uint256 value, bytes memory data) public onlyOwner {
        _mint(to, id, value, data);
    }
}
