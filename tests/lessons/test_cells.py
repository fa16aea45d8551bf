"""Every cell of every lesson runs in a real kernel against a real server, and shows what the text says it shows."""

import re
import socket
import threading
import time
from collections.abc import Iterator
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
    return {each.lesson.id: Ran(run_cells(each.app)) for each in built}


def run_cells(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3").execute()
    return [text_of(cell) for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: nbformat.NotebookNode) -> str:
    shown = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(shown)


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
