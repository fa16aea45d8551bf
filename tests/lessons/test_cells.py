"""Every cell of every lesson runs in a real kernel against a real server, and shows what the text says it shows."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
import uvicorn
from nbclient import NotebookClient

from classroom import accounts, courses
from classroom.api.app import create_app
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.lessons import build_lessons
from classroom.models import CredentialKind, Role
from classroom.settings import Settings

CELL_TIMEOUT_S = 120
KERNELS_AT_A_TIME = 2
pytestmark = pytest.mark.timeout(900)  # the first test runs every lesson there is


@dataclass(frozen=True)
class Ran:
    """A lesson after its cells were run: what each code cell printed and showed, as text."""

    outputs: list[str]

    def after(self, words: str) -> str:
        """Give the output of the one cell that shows these words."""
        (found,) = [output for output in self.outputs if words in output]
        return found


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve the course on a port of its own, and put a learner's key where kernels look for it."""
    folder = tmp_path_factory.mktemp("classroom")
    with socket.socket() as listener, pytest.MonkeyPatch.context() as patch:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(data_dir=folder, portal_port=listener.getsockname()[1])
        database = Database(settings.database)
        database.migrate()
        app = create_app(settings, enqueue=lambda _id: None)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_for(server, thread)
        key = folder / "learner.key"
        with database.unit_of_work() as work:
            learner = accounts.create_user(work.session, "ada")
            course = courses.ensure_default_course(work.session, app.state.services.catalog)
            courses.enrol(work.session, course, learner, Role.LEARNER)
            key.write_text(accounts.issue(work.session, CredentialKind.TOKEN, learner.id, lifetime=timedelta(hours=1)))
        patch.setenv("CLASSROOM_URL", settings.portal_url)
        patch.setenv("CLASSROOM_KEY_FILE", str(key))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            database.close()
            assert not thread.is_alive(), "the server did not stop"


def wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        thread.join(timeout=0.01)


@pytest.fixture(scope="module")
def run(classroom: None, course: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """Give every lesson after a run of all its cells; a cell that raises fails the run."""
    built = build_lessons(course, Settings(data_dir=tmp_path_factory.mktemp("built")))
    outputs = asyncio.run(run_all([each.app for each in built]))
    return {each.lesson.id: Ran(shown) for each, shown in zip(built, outputs, strict=True)}


async def run_all(paths: Sequence[Path]) -> list[list[str]]:
    turn = asyncio.Semaphore(KERNELS_AT_A_TIME)

    async def in_turn(path: Path) -> list[str]:
        async with turn:
            return await run_cells(path)

    return await asyncio.gather(*map(in_turn, paths))


async def run_cells(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    await NotebookClient(notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3").async_execute()
    return [text_of(cell) for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: nbformat.NotebookNode) -> str:
    shown = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return re.sub(r"\n{2,}", "\n", "\n".join(shown))  # how the kernel cuts its stream is no matter


def numbers(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"(?<![\w.])\d[\d,]*(?![\w.])", text)]


def test_every_lesson_runs_and_opens_its_exercise(run: dict[str, Ran], course: Catalog):
    assert set(run) == set(course.lessons)
    for lesson in course.lessons.values():
        for exercise in lesson.exercises:
            assert run[lesson.id].after(f"exercise('{exercise.id}')")


def test_a_flip_lights_the_lamp_and_leaves_a_receipt(run: dict[str, Ran]):
    shown = run["hello-storage"].after("Bob has flipped it")
    assert "Is it lit? False" in shown
    assert "Is it lit now? True" in shown
    assert re.search(r"\d gas", shown)
    assert "Switched(by=Bob, lit=True)" in shown


def test_slot_0_holds_1_and_then_0(run: dict[str, Ran]):
    shown = run["hello-storage"].after("Slot 0 of the lamp")
    assert "Slot 0 of the lamp: 1\n" in shown
    assert "Slot 0 after Carol's flip: 0\n" in shown


def test_each_flip_leaves_one_event_with_who_made_it(run: dict[str, Ran]):
    shown = run["hello-storage"].after("Dave flips it")
    assert shown.count("Switched(by=Bob, lit=True)") == 1
    assert shown.count("Switched(by=Dave, lit=False)") == 1


def test_writing_where_nothing_was_costs_more_than_clearing(run: dict[str, Ran]):
    shown = run["hello-storage"].after("0 to 1:")
    (first,), (second,) = (
        numbers(line.partition(":")[2]) for line in shown.split("\n") if " gas" in line and "to" in line[:6]
    )
    assert first > second > 21_000


def test_the_gate_takes_the_fare_and_nothing_of_what_it_refuses(run: dict[str, Ran]):
    shown = run["tip-jar"].after("Bob offers")
    assert "Bob offers 0.01 ether: passed" in shown
    assert re.search(r"Carol offers 0.05 ether: refused with WrongFare\(paid=.*0\.05 ether\)\)", shown)
    assert shown.count("visitors so far: 1") == 2
    assert shown.count("ether at the gate: 0.01") == 2


def test_the_door_opens_to_its_keeper_and_to_no_messenger(run: dict[str, Ran]):
    shown = run["tip-jar"].after("Bob was refused")
    assert "Bob was refused with KeeperOnly(keeper=Alice)" in shown
    assert "Alice, by messenger, was refused with KeeperOnly(keeper=Alice)" in shown
    assert "Alice closed it" in shown


def test_only_the_careless_payment_differs_from_the_books(run: dict[str, Ran]):
    lines = [line.split() for line in run["tip-jar"].after("really there").split("\n") if "ether" in line]
    paid = {(line[0], line[1]): (float(line[-4]), float(line[-2])) for line in lines}
    assert [key for key, (books, there) in paid.items() if books != there] == [("careless", "stone")]
    assert paid[("careless", "stone")] == (1, 0)
    assert paid[("careful", "purse")] == (1, 1)
    assert paid[("oldWay", "purse")] == (0, 0)


def test_a_note_in_storage_costs_several_times_one_in_an_event(run: dict[str, Ran]):
    shown = run["tip-jar"].after("announceIt")
    gas = dict(zip(("ignored", "announced", "kept"), numbers(shown.replace(" gas", "")), strict=True))
    assert gas["ignored"] < gas["announced"] < gas["kept"] / 3


def test_points_are_moved_and_never_made(run: dict[str, Ran]):
    shown = run["erc20"].after("Alice gives Bob 30")
    assert "refused with TooFew(has=30, needs=50)" in shown
    sums = [sum(numbers(line.replace(",", " "))) for line in shown.split("\n") if line.strip().startswith("Alice ")]
    assert sums[-1] == 100


def test_a_gift_to_oneself_doubles_what_was_read_too_early(run: dict[str, Ran]):
    shown = run["erc20"].after("Alice gives herself")
    assert numbers(shown) == [100, 100, 200, 200, 400, 400, 800]


def test_an_allowance_without_limit_saves_a_write(run: dict[str, Ran]):
    limited, unlimited = numbers(run["erc20"].after("fromUnlimited").replace(" gas", ""))
    assert unlimited < limited


def test_ecrecover_finds_alice_somebody_and_nobody(run: dict[str, Ran]):
    alice, somebody, nobody = run["erc20-permit"].after("Bob may take 90").strip().split("\n")[:3]
    assert alice.endswith("by Alice")
    assert "0x" in somebody
    assert f"0x{0:040x}" in nobody


def test_a_cheque_is_cashed_again_and_again(run: dict[str, Ran]):
    assert numbers(run["erc20-permit"].after("signed one cheque")) == [30, 90, 30]


def test_a_signature_has_a_twin(run: dict[str, Ran]):
    assert run["erc20-permit"].after("its twin").count("Alice") == 2


def test_a_stone_takes_a_coat_only_if_nobody_asks(run: dict[str, Ran]):
    lines = [line.split() for line in run["erc721"].after("handSafely").split("\n") if line.strip()]
    assert [(line[0], line[3].rstrip(":"), line[-1]) for line in lines] == [
        ("hand", "stone", "done"),
        ("hand", "wardrobe", "done"),
        ("handSafely", "stone", "refused"),
        ("handSafely", "wardrobe", "done"),
    ]


def test_a_batch_is_all_or_nothing_and_costs_less(run: dict[str, Ran]):
    shown = run["erc1155"].after("the crown once more")
    assert shown.count("Alice has 400 gold, 30 arrows, 0 crown") == 2
    one_by_one, batch = numbers(run["erc1155"].after("as a batch").replace(" gas", ""))
    assert batch < one_by_one
    assert "2 ids, 3 values: went through" in run["erc1155"].after("3 ids, 2 values: refused")


def test_a_proof_leads_to_the_root_and_so_does_an_inner_node(run: dict[str, Ran]):
    root, proven, forged = re.findall(r"0x[0-9a-f]{16}", run["merkle-airdrop"].after("the root:"))
    assert root == proven != forged
    assert "leads to the root? True" in run["merkle-airdrop"].after("Is this a leaf")


def test_what_is_divided_first_or_paid_by_pieces_is_lost(run: dict[str, Ran]):
    assert "1000.00" in run["vesting"].after("divide first")
    whole = re.findall(r"(\d+) by pieces, (\d+) by the whole", run["vesting"].after("fetched every"))
    assert {second for _, second in whole} == {"1000"}
    assert int(whole[-1][0]) < int(whole[-2][0]) < 1000


def test_a_payment_moves_what_it_says_and_what_cannot_be_paid_moves_nothing(run: dict[str, Ran]):
    paid = run["first-transaction"].after("2 ether from Carol to Dave")
    assert "Carol  has 998 ether" in paid
    assert "Dave   has 1,002 ether" in paid
    refused = run["first-transaction"].after("Refused:")
    assert "Erin still has 1,000 ether" in refused


def test_below_zero_is_a_panic_and_asking_first_is_cheaper(run: dict[str, Ran]):
    assert "And once more: it panicked: arithmetic overflow or underflow (0x11)\nFloor: 0" in run["counter"].after(
        "once"
    )
    assert "Carol was refused with Full(seats=2); guests: 2" in run["counter"].after("Carol was")
    (adds_first,), (asks_first,) = map(numbers, run["counter"].after("PoliteClub").replace(" gas", "").splitlines())
    assert asks_first < adds_first


def test_a_list_ends_and_a_clock_is_looked_at(run: dict[str, Ran]):
    assert "It panicked: array index out of bounds (0x32)" in run["guest-book"].after("panicked")
    gas = [numbers(line.replace(" gas", ""))[1] for line in run["guest-book"].after("entries:").splitlines()]
    assert gas[2] > 3 * gas[1] > 6 * gas[0]
    asleep = run["guest-book"].after("minutes later").splitlines()
    assert [line.partition(": ")[2][:5] for line in asleep] == ["Still", "Still", "awake"]


def test_sums_casts_and_divisions_are_as_the_text_says(run: dict[str, Ran]):
    lesson = run["types-and-limits"]
    assert re.search(r"add\(200, 56\) +reverts", lesson.after("add(200, 55)"))
    assert re.search(r"addUnchecked\(200, 56\) +0\n", lesson.after("add(200, 55)"))
    assert re.search(r"narrow\(300\) +44\n", lesson.after("narrow(300)"))
    assert re.search(r"half\(-7\) +-3\n", lesson.after("half(-7)"))
    assert "3 % of 99: 2, or, divided first, 0" in lesson.after("half(-7)")
    assert re.search(r"negate\(-128\) +reverts", lesson.after("negate(127)"))


def test_a_copy_is_not_the_thing_and_calldata_is_no_copy(run: dict[str, Ran]):
    lesson = run["data-locations"]
    assert "After growCopy: (3, 5)\nAfter grow:     (4, 5)" in lesson.after("At first:")
    assert "other name: 99\n" in lesson.after("In memory")
    assert "other entry: 3\n" in lesson.after("In memory")
    gas = [numbers(line.replace(" gas", ""))[1:] for line in lesson.after("numbers: copied").splitlines()]
    assert all(copied > in_place for copied, in_place in gas)
    assert gas[-1][0] - gas[0][0] > 10 * (gas[-1][1] - gas[0][1])


def test_the_modifier_guards_and_the_zero_address_keeps(run: dict[str, Ran]):
    lesson = run["two-step-owner"]
    assert "Bob: refused with NotKeeper(caller=Bob)\nAlice: done" in lesson.after("The price is 5")
    assert "Sold today: 2\nSold, after the sign was turned: 0" in lesson.after("Closed()")
    assert lesson.after("The holder is").count("not yours") == 5


def test_each_call_finds_its_function_and_the_safe_its_second(run: dict[str, Ran]):
    lesson = run["piggy-bank"]
    shown = lesson.after("To the tent")
    assert [line.split()[-1] for line in shown.splitlines()[:3]] == ["ring", "fallback", "receive"]
    assert "To the tent: refused" in shown
    assert "Teller   took it; it has 1 ether\nLedger   ran out of gas; it has 0 ether" in lesson.after("Teller")
    shut, exact, after = lesson.after("Shut(").splitlines()
    time, opens = numbers(shut.replace("time=", "").replace("opensAt=", "").replace("(", " ").replace(")", ""))
    assert (time + 1, opens) == (opens, numbers(exact)[0])
    assert numbers(after) == [opens + 1]


def test_super_goes_along_the_row(run: dict[str, Ran]):
    cups = run["shapes"].after("Latte").split("\n")
    assert cups[:2] == ["Latte   sugar, milk, coffee", "Other   milk, sugar, coffee"]
    assert cups[2].count("coffee") == 2
    assert "cup tall" in run["shapes"].after("Size:")


def test_a_try_keeps_what_the_caller_wrote_and_the_compiler_looks_outside_of_it(run: dict[str, Ran]):
    lesson = run["interfaces"]
    plain, patient = (lesson.after(words).splitlines() for words in ("dish 1: failed", "dish 1: a reason"))
    assert ["failed" in line for line in plain[:4]] == [False, True, True, True]
    assert [line.partition(": ")[2] for line in patient[:4]] == [
        "bread",
        "a reason: no soup today",
        "a panic: arithmetic",
        "something else came back",
    ]
    assert [numbers(line)[-1] for line in (*plain[4:], *patient[4:])] == [1, 1, 4, 1]
    assert re.findall(r"(\w+) +from .*: reverted", lesson.after("vending machine")) == ["eat", "eat"]


def test_calldata_has_places_and_packed_bytes_have_none(run: dict[str, Ran]):
    lesson = run["abi-by-hand"]
    assert [int(word, 16) for word in lesson.after("0x216a3382").split()[-9:-4:2]] == [7, 64, 43]
    compiled, right, *wrong = re.findall(r"0x[0-9a-f]{8}\n", lesson.after("as compiled"))
    assert compiled == right
    assert right not in wrong
    assert len(wrong) == 3
    read = lesson.after("as two numbers")
    assert "(32, 5)" in read
    assert "without its end:   reverted" in read
    first, second = (re.findall(r"0x[0-9a-f]+", half) for half in lesson.after("Ann").split("AnnAm'"))
    assert first[:2] == second[:2]
    assert first[2] != second[2]
    kept, thief = re.findall(r"0x[0-9a-f]{8}", lesson.after("f1121318093"))
    assert kept == thief


def test_a_call_of_nobody_succeeds_and_a_wrapped_answer_is_another(run: dict[str, Ran]):
    lesson = run["low-level-calls"]
    calls = re.findall(r"done: (\w+) +bytes that came back: (\d+)", lesson.after("asked of nobody"))
    assert calls == [("True", "32"), ("False", "36"), ("False", "100"), *[("False", "0")] * 2, ("True", "0")]
    errands = lesson.after("inOwnWords").splitlines()
    assert [line.partition(": ")[2] for line in errands[:2]] == ["went through"] * 2
    assert errands[4].endswith("SoldOut(item=2)")
    assert errands[5].endswith('reverted with "no such item"')
    assert [numbers(line) for line in lesson.after("through Front").splitlines() if line] == [[42, 42], [42, 32]]


def test_borrowed_code_works_in_the_borrowers_place(run: dict[str, Ran]):
    lesson = run["delegatecall-notebook"]
    shown = lesson.after("After borrowing 3")
    assert "After an order of 10:  steps has 10, notebook has 0\n" in shown
    assert "After borrowing 3:     steps has 10, notebook has 3" in shown
    shown = lesson.after("borrowLook")
    assert "orderLook: called by the notebook, with 0 wei, and runs as the steps" in shown
    assert "borrowLook: called by Alice, with 50 wei, and runs as the notebook" in shown


def test_a_collision_makes_an_owner_whom_nobody_knows(run: dict[str, Ran]):
    shown = run["delegatecall-notebook"].after("Slot 0 grew by 1")
    assert "Borrowed:  True\nThe total: 0\n" in shown
    assert re.findall(r"The owner: (\w{5})", shown)[0] == "Alice"
    assert re.findall(r"The owner: (\w{2})", shown)[1] == "0x"
    assert "The house has 0 wei, and 4 rooms" in run["delegatecall-notebook"].after("who has no code: True")


def test_a_salted_address_depends_on_nothing_that_went_before(run: dict[str, Ran]):
    lesson = run["create2-factory"]
    first, second, after = re.findall(r"0x\w{40}", lesson.after("after a light one"))
    assert first != second == after
    salted, again = re.findall(r"0x\w{40}", lesson.after("after two others"))
    assert salted == again
    shown = lesson.after("without argument")
    assert f"a parcel of 500: {salted}\n" in shown
    assert len(set(re.findall(r"0x\w{40}", shown))) == 3
    assert "a parcel of 500? True\nIs there a parcel of 501? False" in shown


def test_the_thief_comes_first_where_the_owner_is_not_in_the_address(run: dict[str, Ran]):
    lesson = run["create2-factory"]
    assert "at Alice's address: True\nAlice, a moment later: refused" in lesson.after("The thief owns")
    assert re.findall(r"belongs to (\w+)", lesson.after("Carol built")) == ["Alice", "Carol"]
def test_three_tests_kill_three_mutants_of_four(run: dict[str, Ran]):
    lines = run["kill-the-mutants"].after("= for +=").strip().split("\n")[-5:]
    fails = [line.split().count("fails") for line in lines]
    assert fails == [0, 1, 1, 1, 0]


def test_drawn_calls_break_what_examples_do_not_and_two_are_enough(run: dict[str, Ran]):
    lesson = run["invariants"]
    examples = [numbers(line) for line in lesson.after("voters").strip().split("\n")]
    assert len(examples) == 5
    assert all(one + two == voters for _, one, two, voters in examples)
    found = lesson.after("Broken after call")
    assert found.count(" votes for ") == numbers(found)[-1] > 2
    story = lesson.after("are enough").strip().split("\n")
    assert len(story) == 3
    assert story[0] == story[1]
    assert lesson.after("brought to 1 or 2").strip() == "went through as drawn: 0 of 8, brought to 1 or 2: 8 of 8"


def test_a_bug_is_at_whole_days_and_breaks_before_it_shows(run: dict[str, Ran]):
    lesson = run["find-the-bug"]
    assert "one hour: 10   thirty hours: 20\nnot as promised at these hours: 24 48 72" in lesson.after("thirty")
    story = lesson.after("carol leaves").strip().split("\n")
    assert [line.split(" ")[0] for line in story if line.endswith("<-")] == ["bob", "alice", "carol"]
    assert numbers(story[-1])[-2:] == [0, 20]
