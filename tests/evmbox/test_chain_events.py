"""Events by the ABI: names, indexed values and their hashes, anonymous ones, and logs that nothing explains."""

from typing import Any

from eth_utils import keccak

from evmbox.chain import Chain

EMITTER = """
contract Emitter {
    struct Point { uint256 x; uint256 y; }
    event Changed(address indexed by, uint256 from, uint256 to);
    event Text(string indexed topic, bytes indexed raw, string text, Point point, uint256[] indexed list);
    event Unnamed(uint256, address indexed);
    event Quiet(uint256 indexed a, uint256 b) anonymous;
    event Nothing();
    function change(uint256 to) external { emit Changed(msg.sender, 0, to); }
    function text() external {
        uint256[] memory list = new uint256[](1);
        list[0] = 7;
        emit Text("tips", hex"0102", "hello", Point(1, 2), list);
    }
    function unnamed() external { emit Unnamed(5, msg.sender); }
    function quiet() external { emit Quiet(1, 2); }
    function two() external { emit Nothing(); emit Changed(msg.sender, 1, 2); }
    function dirty() external {
        bytes32 topic = keccak256("Changed(address,uint256,uint256)");
        assembly { log2(0, 64, topic, not(0)) }
    }
}
"""


def test_an_event_has_its_values_by_name_in_order(chain: Chain, deploy: Any):
    emitter = deploy(EMITTER)
    (event,) = emitter.change(5, sender="bob").events
    assert (event.name, event.signature) == ("Changed", "Changed(address,uint256,uint256)")
    assert event.args == {"by": chain.bob, "from": 0, "to": 5}
    assert list(event.args) == ["by", "from", "to"]
    assert (event.address, event.indexed) == (emitter.address, ("by",))
    assert event.in_words(chain.name_of) == "Changed(by=Bob, from=0, to=5)"


def test_indexed_text_is_its_hash_and_equal_to_the_text(deploy: Any):
    (event,) = deploy(EMITTER).text().events
    assert event.args["topic"] == "tips"
    assert event.args["topic"] == keccak(b"tips")
    assert event.args["topic"] != "tip"
    assert event.args["raw"] == b"\x01\x02"
    assert event.args["raw"] != b"\x01"
    assert event.args["list"] == keccak((7).to_bytes(32, "big"))
    assert event.args["text"] == "hello"
    assert event.args["point"] == (1, 2)
    assert event.args["point"].y == 2


def test_parameters_without_names_go_by_their_place(chain: Chain, deploy: Any):
    (event,) = deploy(EMITTER).unnamed().events
    assert event.args == {"arg0": 5, "arg1": chain.alice}


def test_anonymous_events_are_recognised_by_their_shape(deploy: Any):
    (event,) = deploy(EMITTER).quiet().events
    assert (event.name, event.args) == ("Quiet", {"a": 1, "b": 2})


def test_events_keep_their_order(deploy: Any):
    assert [event.name for event in deploy(EMITTER).two().events] == ["Nothing", "Changed"]


def test_a_log_that_nothing_explains_is_kept_as_it_is(deploy: Any):
    plain = deploy(
        "contract Plain { function raw() external { assembly { mstore(0, 9) log1(0, 32, 0x1234) log0(0, 0) } } }"
    )
    first, second = plain.raw().events
    assert (first.name, first.args, first.topics) == (None, {}, ((0x1234).to_bytes(32, "big"),))
    assert first.data == (9).to_bytes(32, "big")
    assert (second.topics, second.data) == ((), b"")
    assert "1 topics that no known ABI explains" in repr(first)


def test_a_log_that_only_looks_like_an_event_is_not_taken_for_one(deploy: Any):
    (event,) = deploy(EMITTER).dirty().events
    assert event.name is None
    assert len(event.topics) == 2


def test_events_of_contracts_that_contracts_make_are_explained_by_known_abis(compilation_of: Any):
    compilation = compilation_of(
        """
        contract Child { event Born(uint256 indexed number); constructor() { emit Born(3); } }
        contract Parent { function make() external { new Child(); } }
        """
    )
    (unknown,) = Chain().deploy(compilation.artifacts["Parent"]).make().events
    assert unknown.name is None
    (known,) = Chain(abis=compilation.abis.values()).deploy(compilation.artifacts["Parent"]).make().events
    assert (known.name, known.args) == ("Born", {"number": 3})


def test_events_of_a_deployment_are_in_its_receipt(deploy: Any):
    contract = deploy("contract Born { event Hello(address by); constructor() { emit Hello(msg.sender); } }")
    assert [event.name for event in contract.deployment.events] == ["Hello"]


def test_the_zero_address_has_a_name_of_its_own(chain: Chain, deploy: Any):
    maker = deploy(
        "contract C { event Made(address indexed from, uint8 n); function f() external { emit Made(address(0), 1); } }"
    )
    (event,) = maker.f().events
    assert event.args["from"] == "0x" + 40 * "0"
    assert event.in_words(chain.name_of) == "Made(from=the zero address, n=1)"
