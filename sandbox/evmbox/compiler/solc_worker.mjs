// A long-lived compiler: one line of Standard JSON in, one line out. Usage: node … solc_worker.mjs PACKAGE
//
// solc runs in a thread, so that this process sees at once that its parent is gone, even in the middle of a compile:
// the end of standard input is the end of the process. It is given no import callback and so opens no file. Of the
// package only `soljson.js` is used, as Emscripten made it: the wrapper around it makes a function for callbacks anew at
// each compile, and an object for each of 46,000 functions at the first.
//
// Lines out: {"ready": version, "direct": number of direct calls} or {"broken": reason} once; then for each line in
// either solc's own output, or {"crashed": reason} when solc gave up on memory or stack. After that the process must be
// replaced.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { compileFunction } from "node:vm";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import { instantiate } from "./direct_calls.mjs";

const WARM_UPS = 3; // V8 compiles lazily: the first compiles take three times as long as the later ones

const SAMPLE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
abstract contract Owned {
    address public immutable owner = msg.sender;
    error NotOwner(address caller);
    modifier onlyOwner() { if (msg.sender != owner) revert NotOwner(msg.sender); _; }
}
contract Sample is Owned {
    struct Entry { uint64 at; uint128 amount; string note; }
    event Added(address indexed by, uint256 amount, string note);
    mapping(address => Entry[]) public entries;
    string public name;
    constructor(string memory name_) payable { name = name_; }
    receive() external payable { add(""); }
    function add(string memory note) public payable {
        require(msg.value > 0, "nothing sent");
        entries[msg.sender].push(Entry(uint64(block.timestamp), uint128(msg.value), note));
        emit Added(msg.sender, msg.value, note);
    }
    function total(address who) public view returns (uint256 sum) {
        for (uint256 i = 0; i < entries[who].length; i++) sum += entries[who][i].amount;
    }
    function hash(bytes calldata data) external pure returns (bytes32) { return keccak256(abi.encode(data, data.length)); }
    function withdraw(address payable to) external onlyOwner {
        (bool ok, ) = to.call{value: address(this).balance}("");
        require(ok);
    }
}`;

function watchParent() {
  const compiler = new Worker(new URL(import.meta.url), { workerData: process.argv[2], stdout: true, stderr: true });
  const giveUp = () => process.exit(1);
  compiler.on("message", (line) => process.stdout.write(line + "\n"));
  compiler.on("error", giveUp).on("exit", giveUp);
  createInterface({ input: process.stdin })
    .on("line", (line) => compiler.postMessage(line))
    .on("close", () => process.kill(process.pid, "SIGKILL"));
}

async function compileForEver() {
  const say = (message) => parentPort.postMessage(JSON.stringify(message));
  let solc;
  try {
    solc = loadSolc(workerData);
    compileSample(solc);
  } catch (error) {
    say({ broken: String(error).split("\n")[0] });
    return once(parentPort, "close");
  }
  parentPort.on("message", (input) => {
    try {
      parentPort.postMessage(solc.compile(input));
    } catch (error) {
      say({ crashed: String(error) });
    }
  });
  say({ ready: solc.version, direct: solc.direct });
  for (let i = 1; i < WARM_UPS; i++) {
    await setImmediate(); // a request that has come meanwhile goes first
    compileSample(solc);
  }
}

/** Load the compiler of an npm package `solc`, by Emscripten's own hooks; what they need not keep is let go. */
function loadSolc(folder) {
  let bytes, ready, direct;
  const soljson = {
    set wasmBinary(unpacked) {
      bytes ??= unpacked;
    },
    instantiateWasm(imports, receive) {
      const module = new WebAssembly.Module(bytes);
      bytes = null;
      const made = instantiate(module, imports);
      ready = made.ready;
      receive(made.instance);
      return made.instance.exports;
    },
    preInit: [() => (direct = ready(soljson))],
  };
  const path = `${folder}/soljson.js`;
  const parameters = { Module: soljson, module: {}, require: createRequire(path), process, __dirname: folder };
  compileFunction(readFileSync(path, "utf8"), Object.keys(parameters), { filename: path })(...Object.values(parameters));
  const compile = soljson.cwrap("solidity_compile", "string", ["string", "number", "number"]);
  const reset = soljson.cwrap("solidity_reset", null, []);
  return {
    version: soljson.cwrap("solidity_version", "string", [])(),
    direct,
    compile(input) {
      const output = compile(input, 0, 0);
      reset(); // frees what the output was copied from
      return output;
    },
  };
}

function compileSample(solc) {
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { "Sample.sol": { content: SAMPLE } },
        settings: { outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } },
      }),
    ),
  );
  if (!output.contracts?.["Sample.sol"]?.Sample?.evm.bytecode.object) throw new Error("solc does not compile");
}

if (isMainThread) watchParent();
else await compileForEver();
