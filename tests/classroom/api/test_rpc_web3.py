"""The tests that web3.py ships for its providers, run against our endpoint over HTTP with web3.py itself.

Those that cannot apply to this chain stand in `NOT_APPLICABLE` with the reason. They are run too, and must fail: the
day one of them passes, its line here is wrong. Each test begins from the same prepared chain, by snapshot.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from web3 import Web3
from web3._utils.contract_sources.contract_data.emitter_contract import EMITTER_CONTRACT_DATA
from web3._utils.contract_sources.contract_data.math_contract import MATH_CONTRACT_DATA
from web3._utils.contract_sources.contract_data.offchain_lookup import OFFCHAIN_LOOKUP_DATA
from web3._utils.contract_sources.contract_data.panic_errors_contract import PANIC_ERRORS_CONTRACT_DATA
from web3._utils.contract_sources.contract_data.revert_contract import REVERT_CONTRACT_DATA
from web3._utils.contract_sources.contract_data.storage_contract import STORAGE_CONTRACT_DATA
from web3._utils.module_testing import EthModuleTest, NetModuleTest, Web3ModuleTest
from web3._utils.module_testing.go_ethereum_txpool_module import GoEthereumTxPoolModuleTest
from web3._utils.module_testing.utils import RequestMocker

from evmbox.chain.accounts import key_of

AT_ONCE = "a transaction is mined at once here, so none waits to be replaced or to be found unmined"
ENS = "web3.py 8.0.0 cannot read a name with the pyunormalize that is locked; nothing is sent"
GETH = "asks for the chain id of the genesis that web3.py keeps for geth, 131277322940537; ours is 31337"
NOT_APPLICABLE = {
    "test_eth_chain_id": GETH,
    "test_eth_send_raw_transaction": GETH,
    "test_eth_get_balance_with_ens_name": ENS,
    "test_eth_get_storage_at_ens_name": ENS,
    "test_eth_get_transaction_count_ens_name": ENS,
    "test_eth_get_code_ens_address": ENS,
    "test_eth_sign_ens_names": ENS,
    "test_eth_sign_transaction_ens_names": ENS,
    "test_solidity_keccak_ens": ENS,
    "test_eth_replace_transaction_legacy": AT_ONCE,
    "test_eth_replace_transaction": AT_ONCE,
    "test_eth_replace_transaction_underpriced": AT_ONCE,
    "test_eth_replace_transaction_gas_price_defaulting_minimum": AT_ONCE,
    "test_eth_replace_transaction_gas_price_defaulting_strategy_higher": AT_ONCE,
    "test_eth_replace_transaction_gas_price_defaulting_strategy_lower": AT_ONCE,
    "test_eth_modify_transaction_legacy": AT_ONCE,
    "test_eth_modify_transaction": AT_ONCE,
    "test_eth_get_transaction_receipt_unmined": AT_ONCE,
    "test_eth_wait_for_transaction_receipt_unmined": AT_ONCE,
    "test_eth_simulate_v1": "eth_simulateV1 is not offered; eth_call with state overrides is",
    "test_invalid_eth_sign_typed_data": "eth-account encodes a fixed array of another length, which others refuse",
}
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def chain(shared) -> Web3:
    http = shared.client("lea token")
    made = http.post("/api/v1/chains", json={"name": "web3-modules"}).json()
    session = requests.Session()
    session.trust_env = False
    url = f"{shared.settings.portal_url}{made['rpc_path']}"
    headers = {**Web3.HTTPProvider.get_request_headers(), **shared.headers["lea token"]}
    return Web3(Web3.HTTPProvider(url, session=session, request_kwargs={"timeout": 30, "headers": headers}))


@pytest.fixture(scope="module")
def prepared(chain: Web3) -> dict[str, Any]:
    """Put the contracts on the chain that the tests expect, and the blocks."""
    alice = key_of("alice").public_key.to_checksum_address()

    def deploy(data: dict[str, Any]) -> Any:
        sent = chain.eth.contract(**data).constructor().transact({"from": alice})
        return sent, chain.eth.contract(address=chain.eth.wait_for_transaction_receipt(sent)["contractAddress"], **data)

    deployed = {
        "math": deploy(MATH_CONTRACT_DATA),
        "emitter": deploy(EMITTER_CONTRACT_DATA),
        "revert": deploy(REVERT_CONTRACT_DATA),
        "storage": deploy(STORAGE_CONTRACT_DATA),
        "panic": deploy(PANIC_ERRORS_CONTRACT_DATA),
        "offchain": deploy(OFFCHAIN_LOOKUP_DATA),
    }
    chain.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    empty = chain.eth.get_block("latest")
    mined = chain.eth.send_transaction({"from": alice, "to": alice, "value": 1, "gas": 21000, "gasPrice": 10**9})
    with_transaction = chain.eth.get_block("latest")
    emitter = deployed["emitter"][1]
    logged = emitter.functions.logDouble(which=9, arg0=12345, arg1=54321).transact({"from": alice})
    with_log = chain.eth.get_block("latest")
    chain.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    return {
        "address": alice,
        "deployed": deployed,
        "empty": empty,
        "mined": mined.to_0x_hex(),
        "with_transaction": with_transaction,
        "logged": logged.to_0x_hex(),
        "with_log": with_log,
    }


@pytest.fixture(autouse=True)
def fresh(chain: Web3, prepared: dict[str, Any]) -> Iterator[None]:
    mark = chain.provider.make_request("evm_snapshot", [])["result"]  # type: ignore[arg-type]
    yield
    assert chain.provider.make_request("evm_revert", [mark])["result"]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def applies(request: pytest.FixtureRequest) -> None:
    reason = NOT_APPLICABLE.get(request.node.originalname)
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture
def w3(chain: Web3) -> Web3:
    return chain


@pytest.fixture
def math_contract(prepared):
    return prepared["deployed"]["math"][1]


@pytest.fixture
def math_contract_address(math_contract):
    return math_contract.address


@pytest.fixture
def math_contract_deploy_txn_hash(prepared):
    return prepared["deployed"]["math"][0].to_0x_hex()


@pytest.fixture
def emitter_contract(prepared):
    return prepared["deployed"]["emitter"][1]


@pytest.fixture
def emitter_contract_address(emitter_contract):
    return emitter_contract.address


@pytest.fixture
def revert_contract(prepared):
    return prepared["deployed"]["revert"][1]


@pytest.fixture
def storage_contract(prepared):
    return prepared["deployed"]["storage"][1]


@pytest.fixture
def panic_errors_contract(prepared):
    return prepared["deployed"]["panic"][1]


@pytest.fixture
def offchain_lookup_contract(prepared):
    return prepared["deployed"]["offchain"][1]


@pytest.fixture
def empty_block(prepared):
    return prepared["empty"]


@pytest.fixture
def block_with_txn(prepared):
    return prepared["with_transaction"]


@pytest.fixture
def mined_txn_hash(prepared):
    return prepared["mined"]


@pytest.fixture
def block_with_txn_with_log(prepared):
    return prepared["with_log"]


@pytest.fixture
def txn_hash_with_log(prepared):
    return prepared["logged"]


@pytest.fixture
def keyfile_account_address(prepared):
    return prepared["address"]


@pytest.fixture
def keyfile_account_address_dual_type(prepared):
    return prepared["address"]


@pytest.fixture
def keyfile_account_pkey():
    return key_of("alice").to_hex()


@pytest.fixture
def skip_if_testrpc():
    return lambda _w3: None


@pytest.fixture
def request_mocker():
    return RequestMocker


class TestEth(EthModuleTest):
    """`eth_`."""


class TestWeb3(Web3ModuleTest):
    """`web3_`, batches, connection."""

    def _check_web3_client_version(self, client_version):
        assert client_version.startswith("HyperkitClassroom/")


class TestNet(NetModuleTest):
    """`net_`."""


class TestTxPool(GoEthereumTxPoolModuleTest):
    """`txpool_`."""
