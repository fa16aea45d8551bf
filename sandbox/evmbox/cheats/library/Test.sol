// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4 <0.9.0;

/// What a test can make the chain do. Nothing here exists outside of exercises in which tests are written.
interface Vm {
    /// Let the next call come from `sender`.
    function prank(address sender) external;

    /// Let the next call come from `sender`, in a transaction that `origin` signed.
    function prank(address sender, address origin) external;

    /// Let every call come from `sender` until `stopPrank`.
    function startPrank(address sender) external;

    function startPrank(address sender, address origin) external;

    function stopPrank() external;

    /// Give an account this balance, in wei.
    function deal(address account, uint256 balance) external;

    /// Set `block.timestamp`, to earlier or later.
    function warp(uint256 timestamp) external;

    /// Set `block.number`.
    function roll(uint256 number) external;

    /// The next call must revert: with anything, with an error that has no arguments, with exactly these bytes.
    /// A text as bytes is the reason of a `require`; an error with arguments comes from `abi.encodeWithSelector`.
    function expectRevert() external;

    function expectRevert(bytes4 selector) external;

    function expectRevert(bytes calldata data) external;

    /// The next call must revert with an error of this selector, whatever its arguments.
    function expectPartialRevert(bytes4 selector) external;

    /// The next call must emit the event that the test emits between this line and the call.
    function expectEmit() external;

    function expectEmit(address emitter) external;

    /// The same, comparing only these of the three topics after the event's own, and the data or not.
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;

    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;

    /// Drop this input of a test with parameters: another is drawn.
    function assume(bool condition) external pure;

    /// Call an address by a name in messages.
    function label(address account, string calldata name) external;

    /// The address of a private key.
    function addr(uint256 privateKey) external pure returns (address account);

    /// Sign a digest with a private key.
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
}

/// What a test contract derives from: assertions, and `vm`.
abstract contract Test {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    address[] private _targetContracts;

    /// The contracts whose functions are called before an invariant is looked at; with none, all that `setUp` made.
    function targetContracts() public view returns (address[] memory) {
        return _targetContracts;
    }

    /// Let the functions of this contract be called, and only those of contracts named like this.
    function targetContract(address called) internal {
        _targetContracts.push(called);
    }

    /// `left` and `right` are ABI-encoded values of the type `kind`.
    error AssertionFailed(string assertion, string kind, bytes left, bytes right, string note);

    function fail() internal pure {
        fail("");
    }

    function fail(string memory note) internal pure {
        revert AssertionFailed("fail", "", "", "", note);
    }

    function assertTrue(bool condition) internal pure {
        assertTrue(condition, "");
    }

    function assertTrue(bool condition, string memory note) internal pure {
        if (!condition) revert AssertionFailed("assertTrue", "", "", "", note);
    }

    function assertFalse(bool condition) internal pure {
        assertFalse(condition, "");
    }

    function assertFalse(bool condition, string memory note) internal pure {
        if (condition) revert AssertionFailed("assertFalse", "", "", "", note);
    }

    function assertEq(uint256 left, uint256 right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(uint256 left, uint256 right, string memory note) internal pure {
        if (left == right) return;
        revert AssertionFailed("assertEq", "uint256", abi.encode(left), abi.encode(right), note);
    }

    function assertEq(int256 left, int256 right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(int256 left, int256 right, string memory note) internal pure {
        if (left == right) return;
        revert AssertionFailed("assertEq", "int256", abi.encode(left), abi.encode(right), note);
    }

    function assertEq(address left, address right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(address left, address right, string memory note) internal pure {
        if (left == right) return;
        revert AssertionFailed("assertEq", "address", abi.encode(left), abi.encode(right), note);
    }

    function assertEq(bool left, bool right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(bool left, bool right, string memory note) internal pure {
        if (left == right) return;
        revert AssertionFailed("assertEq", "bool", abi.encode(left), abi.encode(right), note);
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(bytes32 left, bytes32 right, string memory note) internal pure {
        if (left == right) return;
        revert AssertionFailed("assertEq", "bytes32", abi.encode(left), abi.encode(right), note);
    }

    function assertEq(bytes memory left, bytes memory right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(bytes memory left, bytes memory right, string memory note) internal pure {
        if (keccak256(left) == keccak256(right)) return;
        revert AssertionFailed("assertEq", "bytes", abi.encode(left), abi.encode(right), note);
    }

    function assertEq(string memory left, string memory right) internal pure {
        assertEq(left, right, "");
    }

    function assertEq(string memory left, string memory right, string memory note) internal pure {
        if (keccak256(bytes(left)) == keccak256(bytes(right))) return;
        revert AssertionFailed("assertEq", "string", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(uint256 left, uint256 right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(uint256 left, uint256 right, string memory note) internal pure {
        if (left != right) return;
        revert AssertionFailed("assertNotEq", "uint256", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(int256 left, int256 right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(int256 left, int256 right, string memory note) internal pure {
        if (left != right) return;
        revert AssertionFailed("assertNotEq", "int256", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(address left, address right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(address left, address right, string memory note) internal pure {
        if (left != right) return;
        revert AssertionFailed("assertNotEq", "address", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(bool left, bool right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(bool left, bool right, string memory note) internal pure {
        if (left != right) return;
        revert AssertionFailed("assertNotEq", "bool", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(bytes32 left, bytes32 right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(bytes32 left, bytes32 right, string memory note) internal pure {
        if (left != right) return;
        revert AssertionFailed("assertNotEq", "bytes32", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(bytes memory left, bytes memory right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(bytes memory left, bytes memory right, string memory note) internal pure {
        if (keccak256(left) != keccak256(right)) return;
        revert AssertionFailed("assertNotEq", "bytes", abi.encode(left), abi.encode(right), note);
    }

    function assertNotEq(string memory left, string memory right) internal pure {
        assertNotEq(left, right, "");
    }

    function assertNotEq(string memory left, string memory right, string memory note) internal pure {
        if (keccak256(bytes(left)) != keccak256(bytes(right))) return;
        revert AssertionFailed("assertNotEq", "string", abi.encode(left), abi.encode(right), note);
    }

    function assertGt(uint256 left, uint256 right) internal pure {
        assertGt(left, right, "");
    }

    function assertGt(uint256 left, uint256 right, string memory note) internal pure {
        if (left > right) return;
        revert AssertionFailed("assertGt", "uint256", abi.encode(left), abi.encode(right), note);
    }

    function assertGt(int256 left, int256 right) internal pure {
        assertGt(left, right, "");
    }

    function assertGt(int256 left, int256 right, string memory note) internal pure {
        if (left > right) return;
        revert AssertionFailed("assertGt", "int256", abi.encode(left), abi.encode(right), note);
    }

    function assertGe(uint256 left, uint256 right) internal pure {
        assertGe(left, right, "");
    }

    function assertGe(uint256 left, uint256 right, string memory note) internal pure {
        if (left >= right) return;
        revert AssertionFailed("assertGe", "uint256", abi.encode(left), abi.encode(right), note);
    }

    function assertGe(int256 left, int256 right) internal pure {
        assertGe(left, right, "");
    }

    function assertGe(int256 left, int256 right, string memory note) internal pure {
        if (left >= right) return;
        revert AssertionFailed("assertGe", "int256", abi.encode(left), abi.encode(right), note);
    }

    function assertLt(uint256 left, uint256 right) internal pure {
        assertLt(left, right, "");
    }

    function assertLt(uint256 left, uint256 right, string memory note) internal pure {
        if (left < right) return;
        revert AssertionFailed("assertLt", "uint256", abi.encode(left), abi.encode(right), note);
    }

    function assertLt(int256 left, int256 right) internal pure {
        assertLt(left, right, "");
    }

    function assertLt(int256 left, int256 right, string memory note) internal pure {
        if (left < right) return;
        revert AssertionFailed("assertLt", "int256", abi.encode(left), abi.encode(right), note);
    }

    function assertLe(uint256 left, uint256 right) internal pure {
        assertLe(left, right, "");
    }

    function assertLe(uint256 left, uint256 right, string memory note) internal pure {
        if (left <= right) return;
        revert AssertionFailed("assertLe", "uint256", abi.encode(left), abi.encode(right), note);
    }

    function assertLe(int256 left, int256 right) internal pure {
        assertLe(left, right, "");
    }

    function assertLe(int256 left, int256 right, string memory note) internal pure {
        if (left <= right) return;
        revert AssertionFailed("assertLe", "int256", abi.encode(left), abi.encode(right), note);
    }

    function assertApproxEqAbs(uint256 left, uint256 right, uint256 tolerance) internal pure {
        assertApproxEqAbs(left, right, tolerance, "");
    }

    function assertApproxEqAbs(uint256 left, uint256 right, uint256 tolerance, string memory note) internal pure {
        if ((left > right ? left - right : right - left) <= tolerance) return;
        revert AssertionFailed("assertApproxEqAbs", "uint256", abi.encode(left), abi.encode(right), note);
    }

    /// An address that belongs to the name alone.
    function makeAddr(string memory name) internal returns (address account) {
        (account, ) = makeAddrAndKey(name);
    }

    function makeAddrAndKey(string memory name) internal returns (address account, uint256 privateKey) {
        privateKey = uint256(keccak256(bytes(name)));
        account = vm.addr(privateKey);
        vm.label(account, name);
    }

    /// A number from `low` to `high`, made of any number.
    function bound(uint256 number, uint256 low, uint256 high) internal pure returns (uint256) {
        require(low <= high, "bound: low is above high");
        if (number >= low && number <= high) return number;
        uint256 size = high - low;
        return size == type(uint256).max ? number : low + (number % (size + 1));
    }

    function deal(address account, uint256 balance) internal {
        vm.deal(account, balance);
    }

    /// Let the next call come from an account that has this balance.
    function hoax(address account, uint256 balance) internal {
        vm.deal(account, balance);
        vm.prank(account);
    }

    function hoax(address account) internal {
        hoax(account, 2 ** 128);
    }

    function startHoax(address account) internal {
        vm.deal(account, 2 ** 128);
        vm.startPrank(account);
    }

    function skip(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }

    function rewind(uint256 time) internal {
        vm.warp(block.timestamp - time);
    }
}
