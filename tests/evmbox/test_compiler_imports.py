"""What a source may import, and that nothing else is ever read."""

from pathlib import Path

import pytest

from evmbox.chain import Chain
from evmbox.compiler import NodeCompiler
from evmbox.compiler.imports import NODE_MODULES, Library
from evmbox.report import Outcome

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
ERC20 = "@openzeppelin/contracts/token/ERC20/ERC20.sol"
UUPS = "@openzeppelin/{}/proxy/utils/UUPSUpgradeable.sol"
INITIALIZABLE = "@openzeppelin/contracts/proxy/utils/Initializable.sol"
TOKEN = HEAD + f'import {{ERC20}} from "{ERC20}";\ncontract Token is ERC20("Token", "TKN") {{}}'
BANK = HEAD + "contract Bank { function deposit() external payable {} }"


def test_openzeppelin_comes_with_all_it_imports(compiler: NodeCompiler) -> None:
    compilation = compiler.compile(TOKEN)
    assert compilation.ok
    assert list(compilation.artifacts) == ["Token"]
    assert {"Token", "ERC20", "IERC20", "IERC20Errors"} <= set(compilation.abis)


@pytest.mark.parametrize(
    "statement",
    [
        'import "{}";',
        "import '{}';",
        'import * as lib from "{}";',
        'import "{}" as lib;',
        'import {{ERC20 as Base,\n IERC20}} from "{}";',
        'import/**/"{}";',
    ],
)
def test_every_form_of_an_import_is_understood(compiler: NodeCompiler, statement: str) -> None:
    assert compiler.compile(HEAD + statement.format(ERC20), check_only=True).ok


def test_every_file_of_openzeppelin_comes_with_all_it_imports() -> None:
    library = Library()
    assert len(library.names) > 200
    for name in library.names:
        text, imports = library._read(name)
        assert set(imports) <= library.names
        assert len(imports) == sum(line.startswith("import ") for line in text.splitlines())


def test_an_import_in_a_comment_does_no_harm(compiler: NodeCompiler) -> None:
    assert compiler.compile(f'{HEAD}// import "{ERC20}";\ncontract C {{}}').ok


@pytest.mark.parametrize("path", ["Bank.sol", "./Bank.sol"])
def test_the_exercises_own_files_can_be_imported(compiler: NodeCompiler, path: str) -> None:
    source = HEAD + f'import "{path}";\ncontract Thief {{ Bank bank = new Bank(); }}'
    compilation = compiler.compile(source, extra_sources={"Bank.sol": BANK})
    assert compilation.ok
    assert list(compilation.artifacts) == ["Thief"]
    assert [entry["name"] for entry in compilation.abis["Bank"]] == ["deposit"]


def test_the_exercises_own_files_may_use_openzeppelin_and_folders(compiler: NodeCompiler) -> None:
    extra = {"lib/Token.sol": TOKEN, "lib/More.sol": 'pragma solidity ^0.8.0; import "./Token.sol";'}
    assert compiler.compile(
        HEAD + 'import "lib/More.sol"; contract C { Token t = new Token(); }', extra_sources=extra
    ).ok


def test_a_contract_of_the_submitted_file_wins_over_a_namesake(compiler: NodeCompiler) -> None:
    compilation = compiler.compile(HEAD + "contract Bank { uint256 public mine; }", extra_sources={"Bank.sol": BANK})
    assert compilation.abis["Bank"] == compilation.artifacts["Bank"].abi
    assert [entry["name"] for entry in compilation.abis["Bank"]] == ["mine"]


def test_an_extra_file_cannot_take_the_name_of_the_submitted_one(compiler: NodeCompiler) -> None:
    with pytest.raises(ValueError, match=r"Contract\.sol is the name"):
        compiler.compile(BANK, extra_sources={"Contract.sol": BANK})


def test_errors_in_other_files_are_shown_and_warnings_are_not(compiler: NodeCompiler) -> None:
    source = HEAD + 'import "Bank.sol"; contract C {}'
    silent = compiler.compile(source, extra_sources={"Bank.sol": "contract Bank {}"})
    assert (silent.ok, silent.diagnostics) == (True, ())
    broken = compiler.compile(source, extra_sources={"Bank.sol": "// é\ncontract Bank { é }"})
    assert broken.outcome is Outcome.COMPILE_ERROR
    assert [(each.file, each.line, each.column) for each in broken.diagnostics] == [("Bank.sol", 2, 17)]


def test_no_byte_of_another_file_is_read(compiler: NodeCompiler, tmp_path: Path) -> None:
    canary = tmp_path / "Canary.sol"
    canary.write_text("contract CanaryThatMustNotSing {}")
    for path in (str(canary), f"file://{canary}", f"../../../../../../..{canary}", f"x={canary}"):
        compilation = compiler.compile(HEAD + f'import "{path}";\ncontract C {{}}')
        (error,) = compilation.diagnostics
        assert compilation.outcome is Outcome.COMPILE_ERROR
        assert (error.code, error.line) == ("6275", 3)
        assert "can't be imported" in error.message
        assert '"@openzeppelin/contracts-upgradeable/…" and nothing else' in (error.help or "")
        assert "MustNotSing" not in repr(compilation)


def test_advice_names_the_files_that_can_be_imported(compiler: NodeCompiler) -> None:
    compilation = compiler.compile('import "./Bnak.sol";', extra_sources={"Bank.sol": BANK})
    assert '"./Bank.sol" and nothing else' in (compilation.diagnostics[0].help or "")


def test_a_file_that_openzeppelin_moved_is_found_again(compiler: NodeCompiler) -> None:
    compilation = compiler.compile('import "@openzeppelin/contracts/security/ReentrancyGuard.sol";')
    assert 'Did you mean "@openzeppelin/contracts/utils/ReentrancyGuard.sol"?' in (
        compilation.diagnostics[0].help or ""
    )


def test_links_in_the_library_are_not_followed(tmp_path: Path) -> None:
    contracts = tmp_path / "@openzeppelin" / "contracts"
    contracts.mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    for file in (contracts / "Good.sol", outside / "Secret.sol"):
        file.write_text("contract C {}")
    (contracts / "Link.sol").symlink_to(outside / "Secret.sol")
    (contracts / "folder").symlink_to(outside)
    library = Library(tmp_path)
    assert library.names == {"@openzeppelin/contracts/Good.sol"}
    names = (
        "Good.sol",
        "Link.sol",
        "folder/Secret.sol",
        "../../outside/Secret.sol",
        "folder/../Good.sol",
        "x" * 5000 + ".sol",
    )
    mentions = [f'import "@openzeppelin/contracts/{name}";' for name in names]
    assert list(library.sources_for(mentions)) == ["@openzeppelin/contracts/Good.sol"]


def test_the_library_is_the_pinned_packages() -> None:
    assert {ERC20, UUPS.format("contracts"), INITIALIZABLE} <= Library(NODE_MODULES).names


@pytest.mark.parametrize("package", ["contracts", "contracts-upgradeable"])
def test_an_upgradeable_contract_compiles_with_what_its_package_takes_from_the_other(
    compiler: NodeCompiler, package: str
) -> None:
    source = f"""{HEAD.replace("^0.8.0", "^0.8.22")}
import {{UUPSUpgradeable}} from "{UUPS.format(package)}";
import {{OwnableUpgradeable}} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {{ERC1967Proxy}} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

contract Box is UUPSUpgradeable, OwnableUpgradeable {{
    uint256 public value;

    constructor() {{ _disableInitializers(); }}

    function initialize(address owner) external initializer {{ __Ownable_init(owner); }}

    function _authorizeUpgrade(address) internal override onlyOwner {{}}
}}

contract BoxProxy is ERC1967Proxy {{
    constructor(address box) ERC1967Proxy(box, abi.encodeCall(Box.initialize, (msg.sender))) {{}}
}}
"""
    compilation = compiler.compile(source)
    assert compilation.ok, compilation.message
    assert Chain(seed=1).deploy(compilation.artifacts["Box"]).value() == 0


def test_advice_stays_within_the_package_where_it_can(compiler: NodeCompiler) -> None:
    for package in ("contracts", "contracts-upgradeable"):
        compilation = compiler.compile(f'import "@openzeppelin/{package}/governance/Governer/IVotes.sol";')
        assert 'Did you mean "@openzeppelin/contracts/governance/utils/IVotes.sol"?' in (
            compilation.diagnostics[0].help or ""
        )
    moved = compiler.compile('import "@openzeppelin/contracts-upgradeable/security/PausableUpgradeable.sol";')
    assert 'Did you mean "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol"?' in (
        moved.diagnostics[0].help or ""
    )
