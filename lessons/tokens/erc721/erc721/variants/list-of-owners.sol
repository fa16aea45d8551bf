// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// One list of all badges, counted when asked; plain text and not Base64; an approval is told off when it ends.
contract Badge is IERC721Metadata {
    struct One {
        address owner;
        address approved;
    }

    One[] private all;
    address private immutable issuer;
    mapping(bytes32 pair => bool) private operators;
    string public name = "Badge";
    string public symbol = "BDG";

    constructor() {
        issuer = msg.sender;
        all.push();
    }

    modifier exists(uint256 id) {
        require(id > 0 && id < all.length, "no such badge");
        _;
    }

    function mint(address to) external returns (uint256 id) {
        require(msg.sender == issuer && to != address(0));
        all.push(One(to, address(0)));
        id = all.length - 1;
        emit Transfer(address(0), to, id);
    }

    function balanceOf(address owner) external view returns (uint256 count) {
        require(owner != address(0));
        for (uint256 id = 1; id < all.length; ++id) if (all[id].owner == owner) count++;
    }

    function ownerOf(uint256 id) external view exists(id) returns (address) {
        return all[id].owner;
    }

    function getApproved(uint256 id) external view exists(id) returns (address) {
        return all[id].approved;
    }

    function isApprovedForAll(address owner, address operator) public view returns (bool) {
        return operators[keccak256(abi.encode(owner, operator))];
    }

    function setApprovalForAll(address operator, bool approved) external {
        operators[keccak256(abi.encode(msg.sender, operator))] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function approve(address account, uint256 id) external exists(id) {
        One storage one = all[id];
        require(msg.sender == one.owner || isApprovedForAll(one.owner, msg.sender));
        one.approved = account;
        emit Approval(one.owner, account, id);
    }

    function transferFrom(address from, address to, uint256 id) external {
        _move(from, to, id);
    }

    function safeTransferFrom(address from, address to, uint256 id) external {
        _move(from, to, id);
        _ask(from, to, id, new bytes(0));
    }

    function safeTransferFrom(address from, address to, uint256 id, bytes calldata data) external {
        _move(from, to, id);
        _ask(from, to, id, data);
    }

    function tokenURI(uint256 id) external view exists(id) returns (string memory) {
        string memory number = Strings.toString(id);
        return
            string.concat(
                'data:application/json;utf8,{"name":"Badge #',
                number,
                "\",\"image\":\"data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><text>No. ",
                number,
                '</text></svg>"}'
            );
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return
            id == type(IERC165).interfaceId || id == type(IERC721).interfaceId || id == type(IERC721Metadata).interfaceId;
    }

    function _move(address from, address to, uint256 id) private exists(id) {
        One memory one = all[id];
        require(one.owner == from && to != address(0));
        require(from == msg.sender || one.approved == msg.sender || isApprovedForAll(from, msg.sender));
        all[id] = One(to, address(0));
        if (one.approved != address(0)) emit Approval(from, address(0), id);
        emit Transfer(from, to, id);
    }

    function _ask(address from, address to, uint256 id, bytes memory data) private {
        if (to.code.length > 0) {
            try IERC721Receiver(to).onERC721Received(msg.sender, from, id, data) returns (bytes4 answer) {
                require(answer == IERC721Receiver.onERC721Received.selector, "refused");
            } catch {
                revert("not taken");
            }
        }
    }
}
