// The parts of Solidity itself that are completed and explained: how each is written, what it gives, and an example. What
// each is for stands in the catalogue of sentences, as "about " and its path. A test puts every example to the compiler.

/**
 * `where` an example stands: in a function, in a contract, or in a file.
 * @typedef {{path: string, code: string, type: string, example: string, where: "function" | "contract" | "file"}} Entry
 */
const inFunction = [
  // path, how it is written, the type it gives, an example
  ["msg", "msg", "", "require(msg.value > 0);"],
  ["msg.sender", "msg.sender", "address", "address caller = msg.sender;"],
  ["msg.value", "msg.value", "uint256", "require(msg.value >= 1 ether);"],
  ["msg.data", "msg.data", "bytes", "bytes calldata input = msg.data;"],
  ["msg.sig", "msg.sig", "bytes4", "bytes4 selector = msg.sig;"],
  ["block", "block", "", "uint256 height = block.number;"],
  ["block.timestamp", "block.timestamp", "uint256", "uint256 deadline = block.timestamp + 7 days;"],
  ["block.number", "block.number", "uint256", "uint256 height = block.number;"],
  ["block.chainid", "block.chainid", "uint256", "require(block.chainid == 1);"],
  ["block.coinbase", "block.coinbase", "address payable", "address payable proposer = block.coinbase;"],
  ["block.basefee", "block.basefee", "uint256", "uint256 fee = block.basefee;"],
  ["block.blobbasefee", "block.blobbasefee", "uint256", "uint256 fee = block.blobbasefee;"],
  ["block.gaslimit", "block.gaslimit", "uint256", "uint256 limit = block.gaslimit;"],
  ["block.prevrandao", "block.prevrandao", "uint256", "uint256 number = block.prevrandao;"],
  ["tx", "tx", "", "uint256 price = tx.gasprice;"],
  ["tx.origin", "tx.origin", "address", "address signer = tx.origin;"],
  ["tx.gasprice", "tx.gasprice", "uint256", "uint256 price = tx.gasprice;"],
  ["abi", "abi", "", "bytes memory data = abi.encode(1, true);"],
  ["abi.encode", "abi.encode(…) returns (bytes memory)", "bytes", "bytes memory data = abi.encode(msg.sender, 1);"],
  ["abi.encodePacked", "abi.encodePacked(…) returns (bytes memory)", "bytes", "bytes memory data = abi.encodePacked(msg.sender, uint8(1));"],
  ["abi.encodeCall", "abi.encodeCall(function, (…)) returns (bytes memory)", "bytes", "bytes memory data = abi.encodeCall(this.check, (7));"],
  ["abi.encodeWithSelector", "abi.encodeWithSelector(bytes4, …) returns (bytes memory)", "bytes", "bytes memory data = abi.encodeWithSelector(this.check.selector, 7);"],
  ["abi.encodeWithSignature", "abi.encodeWithSignature(string, …) returns (bytes memory)", "bytes", 'bytes memory data = abi.encodeWithSignature("check(uint256)", 7);'],
  ["abi.decode", "abi.decode(bytes memory, (types)) returns (…)", "", "(uint256 a, bool b) = abi.decode(abi.encode(1, true), (uint256, bool));"],
  ["address.balance", "balance", "uint256", "uint256 held = address(this).balance;"],
  ["address.code", "code", "bytes", "bool isContract = other.code.length > 0;"],
  ["address.codehash", "codehash", "bytes32", "bytes32 hash = other.codehash;"],
  ["address.call", "call(bytes memory) returns (bool, bytes memory)", "", '(bool ok, ) = other.call{value: 1 ether}("");\nrequire(ok);'],
  ["address.staticcall", "staticcall(bytes memory) returns (bool, bytes memory)", "", '(bool ok, bytes memory answer) = other.staticcall("");'],
  ["address.delegatecall", "delegatecall(bytes memory) returns (bool, bytes memory)", "", '(bool ok, ) = other.delegatecall("");'],
  ["address payable.transfer", "transfer(uint256 amount)", "", "payable(other).transfer(1 ether);"],
  ["address payable.send", "send(uint256 amount) returns (bool)", "bool", "bool ok = payable(other).send(1 ether);"],
  ["array.length", "length", "uint256", "uint256 count = list.length;"],
  ["array.push", "push(element)", "", "list.push(7);"],
  ["array.pop", "pop()", "", "list.pop();"],
  ["list.length", "length", "uint256", "uint256[] memory fixedList = new uint256[](3);\nuint256 count = fixedList.length;"],
  ["bytes().concat", "bytes.concat(…) returns (bytes memory)", "bytes", 'bytes memory both = bytes.concat("a", "b");'],
  ["string().concat", "string.concat(…) returns (string memory)", "string", 'string memory greeting = string.concat("Hello, ", "world");'],
  ["function.selector", "selector", "bytes4", "bytes4 id = this.check.selector;"],
  ["function.address", "address", "address", "address where = this.check.address;"],
  ["event.selector", "selector", "bytes32", "bytes32 topic = Happened.selector;"],
  ["error.selector", "selector", "bytes4", "bytes4 id = Refused.selector;"],
  ["type", "type(T)", "", "uint256 most = type(uint256).max;"],
  ["type(number).min", "type(T).min", "", "int256 least = type(int256).min;"],
  ["type(number).max", "type(T).max", "", "uint256 most = type(uint256).max;"],
  ["type.name", "type(C).name", "string", "string memory name = type(Other).name;"],
  ["type.interfaceId", "type(I).interfaceId", "bytes4", "bytes4 id = type(Readable).interfaceId;"],
  ["type.creationCode", "type(C).creationCode", "bytes", "bytes memory code = type(Other).creationCode;"],
  ["type.runtimeCode", "type(C).runtimeCode", "bytes", "bytes memory code = type(Other).runtimeCode;"],
  ["require", "require(bool condition, string memory message)", "", 'require(msg.value > 0, "Send some ether");'],
  ["assert", "assert(bool condition)", "", "assert(list.length < 1000);"],
  ["revert", "revert Error(…)", "", "if (msg.value == 0) revert Refused(msg.sender);"],
  ["keccak256", "keccak256(bytes memory) returns (bytes32)", "bytes32", "bytes32 hash = keccak256(abi.encode(msg.sender));"],
  ["sha256", "sha256(bytes memory) returns (bytes32)", "bytes32", 'bytes32 hash = sha256("abc");'],
  ["ripemd160", "ripemd160(bytes memory) returns (bytes20)", "bytes20", 'bytes20 hash = ripemd160("abc");'],
  ["ecrecover", "ecrecover(bytes32 hash, uint8 v, bytes32 r, bytes32 s) returns (address)", "address", 'address signer = ecrecover(keccak256("abc"), 27, bytes32(0), bytes32(0));'],
  ["addmod", "addmod(uint256 x, uint256 y, uint256 k) returns (uint256)", "uint256", "uint256 rest = addmod(5, 6, 4);"],
  ["mulmod", "mulmod(uint256 x, uint256 y, uint256 k) returns (uint256)", "uint256", "uint256 rest = mulmod(5, 6, 4);"],
  ["blockhash", "blockhash(uint256 number) returns (bytes32)", "bytes32", "bytes32 hash = blockhash(block.number - 1);"],
  ["blobhash", "blobhash(uint256 index) returns (bytes32)", "bytes32", "bytes32 hash = blobhash(0);"],
  ["gasleft", "gasleft() returns (uint256)", "uint256", "uint256 left = gasleft();"],
  ["selfdestruct", "selfdestruct(address payable recipient)", "", "selfdestruct(payable(msg.sender));"],
  ["this", "this", "", "address me = address(this);"],
  ["address", "address", "", "address owner = msg.sender;"],
  ["bool", "bool", "", "bool open = true;"],
  ["uint256", "uint256", "", "uint256 count = 1;"],
  ["int256", "int256", "", "int256 change = -1;"],
  ["uint8", "uint8", "", "uint8 small = 255;"],
  ["bytes32", "bytes32", "", 'bytes32 hash = keccak256("abc");'],
  ["bytes", "bytes", "", 'bytes memory data = hex"00ff";'],
  ["string", "string", "", 'string memory name = "Ada";'],
  ["wei", "1 wei", "", "assert(1 wei == 1);"],
  ["gwei", "1 gwei", "", "assert(1 gwei == 1e9);"],
  ["ether", "1 ether", "", "assert(1 ether == 1e18);"],
  ["seconds", "1 seconds", "", "assert(1 seconds == 1);"],
  ["minutes", "1 minutes", "", "assert(1 minutes == 60 seconds);"],
  ["hours", "1 hours", "", "assert(1 hours == 60 minutes);"],
  ["days", "1 days", "", "assert(1 days == 24 hours);"],
  ["weeks", "1 weeks", "", "assert(1 weeks == 7 days);"],
  ["memory", "memory", "", 'string memory name = "Ada";'],
  ["storage", "storage", "", "uint256[] storage same = list;\nsame.push(1);"],
  ["if", "if (condition) { … } else { … }", "", "if (msg.value > 0) list.push(msg.value);\nelse list.pop();"],
  ["else", "else { … }", "", "if (msg.value > 0) list.push(msg.value);\nelse list.pop();"],
  ["for", "for (start; condition; step) { … }", "", "for (uint256 i = 0; i < list.length; i++) {\n    list[i] += 1;\n}"],
  ["while", "while (condition) { … }", "", "while (list.length > 0) list.pop();"],
  ["do", "do { … } while (condition);", "", "do {\n    list.push(1);\n} while (list.length < 3);"],
  ["break", "break;", "", "for (uint256 i = 0; i < 9; i++) {\n    if (i == 3) break;\n}"],
  ["continue", "continue;", "", "for (uint256 i = 0; i < 9; i++) {\n    if (i == 3) continue;\n    list.push(i);\n}"],
  ["return", "return value;", "", "if (list.length == 0) return;"],
  ["emit", "emit Event(…);", "", "emit Happened(msg.sender, 7);"],
  ["new", "new C(…)", "", "Other made = new Other();"],
  ["delete", "delete variable;", "", "delete list;"],
  ["unchecked", "unchecked { … }", "", "uint256 i = 1;\nunchecked {\n    i -= 2;\n}"],
  ["try", "try other.call() { … } catch { … }", "", "try this.check(7) returns (uint256 answer) {\n    list.push(answer);\n} catch {\n    list.push(0);\n}"],
  ["catch", "catch { … }", "", "try this.check(7) {} catch Error(string memory reason) {\n    revert(reason);\n}"],
  ["assembly", "assembly { … }", "", 'assembly ("memory-safe") {\n    pop(0)\n}'],
  ["payable", "payable", "", "address payable receiver = payable(msg.sender);"],
  ["true", "true", "bool", "bool open = true;"],
  ["false", "false", "bool", "bool open = false;"],
];
const inContract = [
  ["function", "function name(parameters) visibility returns (types) { … }", "", "function double(uint256 x) external pure returns (uint256) {\n    return 2 * x;\n}"],
  ["constructor", "constructor(parameters) { … }", "", "uint256 immutable start;\n\nconstructor() {\n    start = block.timestamp;\n}"],
  ["modifier", "modifier name(parameters) { …; _; }", "", "address owner;\n\nmodifier onlyOwner() {\n    require(msg.sender == owner);\n    _;\n}"],
  ["receive", "receive() external payable { … }", "", "receive() external payable {}"],
  ["fallback", "fallback() external payable { … }", "", "fallback() external payable {}"],
  ["event", "event Name(parameters);", "", "event Paid(address indexed from, uint256 amount);"],
  ["error", "error Name(parameters);", "", "error TooLittle(uint256 sent, uint256 needed);"],
  ["struct", "struct Name { … }", "", "struct Deposit {\n    address from;\n    uint256 amount;\n}"],
  ["enum", "enum Name { … }", "", "enum Status {\n    Open,\n    Closed\n}"],
  ["mapping", "mapping(Key => Value)", "", "mapping(address => uint256) balances;"],
  ["public", "public", "", "uint256 public count;"],
  ["private", "private", "", "uint256 private count;"],
  ["internal", "internal", "", "function half(uint256 x) internal pure returns (uint256) {\n    return x / 2;\n}"],
  ["external", "external", "", "function answer() external pure returns (uint256) {\n    return 42;\n}"],
  ["view", "view", "", "uint256 count;\n\nfunction current() external view returns (uint256) {\n    return count;\n}"],
  ["pure", "pure", "", "function double(uint256 x) external pure returns (uint256) {\n    return 2 * x;\n}"],
  ["returns", "returns (types)", "", "function two() external pure returns (uint256 one, uint256 other) {\n    return (1, 2);\n}"],
  ["virtual", "virtual", "", "function fee() public pure virtual returns (uint256) {\n    return 1;\n}"],
  ["constant", "constant", "", "uint256 constant LIMIT = 10;"],
  ["immutable", "immutable", "", "address immutable owner = msg.sender;"],
  ["transient", "transient", "", "bool transient locked;"],
  ["calldata", "calldata", "", "function size(string calldata text) external pure returns (uint256) {\n    return bytes(text).length;\n}"],
  ["indexed", "indexed", "", "event Paid(address indexed from, uint256 amount);"],
  ["anonymous", "anonymous", "", "event Quiet(uint256 amount) anonymous;"],
  ["_", "_;", "", "modifier paid() {\n    require(msg.value > 0);\n    _;\n}"],
];
const inFile = [
  ["contract", "contract Name { … }", "", "contract Jar {\n    uint256 total;\n}"],
  ["interface", "interface Name { … }", "", "interface Counter {\n    function count() external view returns (uint256);\n}"],
  ["library", "library Name { … }", "", "library Numbers {\n    function twice(uint256 x) internal pure returns (uint256) {\n        return 2 * x;\n    }\n}"],
  ["abstract", "abstract contract Name { … }", "", "abstract contract Shape {\n    function area() public view virtual returns (uint256);\n}"],
  ["is", "contract Name is Base { … }", "", "contract Base {}\n\ncontract Jar is Base {}"],
  ["override", "override", "", "contract Base {\n    function fee() public pure virtual returns (uint256) {\n        return 1;\n    }\n}\n\ncontract Free is Base {\n    function fee() public pure override returns (uint256) {\n        return 0;\n    }\n}"],
  ["super", "super.name(…)", "", "contract Base {\n    function fee() public pure virtual returns (uint256) {\n        return 1;\n    }\n}\n\ncontract Dear is Base {\n    function fee() public pure override returns (uint256) {\n        return super.fee() + 1;\n    }\n}"],
  ["using", "using Library for Type;", "", "library Numbers {\n    function twice(uint256 x) internal pure returns (uint256) {\n        return 2 * x;\n    }\n}\n\ncontract Jar {\n    using Numbers for uint256;\n\n    function four() external pure returns (uint256) {\n        return uint256(2).twice();\n    }\n}"],
  ["pragma", "pragma solidity ^0.8.20;", "", "pragma solidity ^0.8.20;"],
  ["import", 'import {Name} from "path";', "", 'import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";'],
];

const read = (rows, where) => rows.map(([path, code, type, example]) => [path, { path, code, type, example, where }]);

/** @type {Map<string, Entry>} */
export const ENTRIES = new Map([...read(inFunction, "function"), ...read(inContract, "contract"), ...read(inFile, "file")]);

const groups = new Map();
for (const path of ENTRIES.keys()) {
  const dot = path.lastIndexOf(".");
  if (dot > 0) groups.set(path.slice(0, dot), [...(groups.get(path.slice(0, dot)) ?? []), path]);
}
groups.set("type(contract)", ["type.name", "type.creationCode", "type.runtimeCode"]);

/** The paths of the members that the language gives, by what stands before the dot. */
export const BY_TYPE = groups;

const list = (words) => words.trim().split(/\s+/);
export const TYPES = list("address bool bytes bytes4 bytes32 int256 string uint256 uint8 uint16 uint32 uint64 uint128 int128 uint int");
export const UNITS = list("wei gwei ether seconds minutes hours days weeks");
export const GLOBALS = list("abi block msg this tx type");
export const FUNCTIONS = list("addmod assert blockhash blobhash ecrecover gasleft keccak256 mulmod payable require ripemd160 sha256");
export const WORDS_OF = {
  file: list("abstract contract enum error event function import interface library pragma struct using"),
  contract: list("constructor enum error event fallback function mapping modifier receive struct using"),
  code: list("assembly break continue delete do else emit false for if mapping memory new return revert storage super true try unchecked while"),
  head: list("external internal override payable private public pure returns view virtual"),
  state: list("constant immutable internal override private public transient"),
  place: list("calldata memory storage"),
};
export const DOC_TAGS = list("@title @author @notice @dev @param @return @inheritdoc");
