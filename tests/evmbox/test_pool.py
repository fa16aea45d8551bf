"""The pool: isolated, limited, killable, fair, and gone when its parent is gone."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from evmbox import runner
from evmbox.compiler import Compiler
from evmbox.errors import PoolBusy, PoolClosed
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.confinement import Ration
from evmbox.pool.template import ENVIRONMENT
from evmbox.report import Outcome, Progress, Report, Stage
from evmbox.steps import Step

EXERCISES = Path(__file__).parent / "exercises"
CHECKS = """
import os, socket, sys, time
from evmbox.checks import check


@check("The first is fine", task=1)
def first(chain, contract):
    pass


@check("The second is the one", task=2)
def second(chain, contract):
    {body}


@check("The third is not reached", task=3)
def third(chain, contract):
    pass
"""

FIND_CHANNEL = """
import stat
def kind(fd):
    try: return stat.S_IFMT(os.fstat(fd).st_mode)
    except OSError: return None
kinds = {fd: found for fd in range(1024) if (found := kind(fd))}
channel = next(fd for fd, found in kinds.items() if found == stat.S_IFSOCK)
"""


@pytest.fixture(scope="module")
def hasty() -> Iterator[Pool]:
    """Give a pool with one slot and little patience."""
    with Pool(1, ration=Ration(cpu_s=1, wall_s=2)) as pool:
        yield pool


@pytest.fixture(scope="module")
def counter() -> Exercise:
    return load_exercise(EXERCISES / "counter")


@pytest.fixture
def with_check(tmp_path: Path) -> Callable[[str], Exercise]:
    """Give a function that makes an exercise whose second check does what it is told."""

    def make(body: str) -> Exercise:
        folder = tmp_path / "counter"
        shutil.copytree(EXERCISES / "counter", folder)
        (folder / "checks.py").write_text(CHECKS.format(body=body.replace("\n", "\n    ")))
        return load_exercise(folder)

    return make


def grade(pool: Pool, exercise: Exercise) -> Report:
    return pool.grade(exercise, exercise.solution, seed=1)


def statuses(report: Report) -> list[str]:
    return [check.status.value for check in report.checks]


def test_a_submission_is_graded_and_progress_comes_in_the_callers_thread(pool: Pool, counter: Exercise):
    told: list[tuple[int, Progress]] = []
    report = pool.grade(
        counter, counter.solution, seed=5, on_progress=lambda each: told.append((threading.get_ident(), each))
    )
    assert report.outcome is Outcome.PASSED
    assert {thread for thread, _ in told} == {threading.get_ident()}
    assert [each.stage for _, each in told] == [Stage.COMPILE, Stage.DEPLOY, *[Stage.CHECK] * 5]
    assert report.timings.total_ms >= report.timings.deploy_ms + report.timings.checks_ms > 0


def test_a_pool_gives_the_same_verdict_as_no_pool(pool: Pool, compiler: Compiler, counter: Exercise):
    source = counter.mistake_sources["panics.sol"]
    here = runner.grade(counter, source, compiler=compiler, seed=3)
    there = pool.grade(counter, source, seed=3)
    assert there.model_dump(exclude={"timings"}) == here.model_dump(exclude={"timings"})


def test_a_failing_check_is_explained_where_it_is_asked_for(pool: Pool, counter: Exercise):
    source = counter.mistake_sources["by-two.sol"]
    assert [check.divergence for check in pool.grade(counter, source, seed=1).checks] == [None] * 5
    report = pool.grade(counter, source, seed=1, explain=True)
    failed = [check for check in report.checks if check.status == "failed"]
    line = source[: source.index("+= 2")].count("\n") + 1
    assert failed
    for check in failed:
        assert check.divergence is not None
        assert check.divergence.endswith(f"That came from line {line}.")
        assert check.where is not None
        assert check.where.line == line
    passed = [check for check in report.checks if check.status == "passed"]
    assert {check.divergence for check in passed} <= {None}


def test_a_contract_with_a_budget_is_explained_where_it_is_wrong_and_not_where_it_is_greedy(pool: Pool):
    roll = load_exercise(EXERCISES / "roll")
    wrong, greedy = (roll.mistake_sources[file] for file in ("forgets-since.sol", "unpacked.sol"))
    (kept,) = [check for check in pool.grade(roll, wrong, seed=1, explain=True).checks if check.status == "failed"]
    line = wrong[: wrong.index("Member(0, shares)")].count("\n") + 1
    assert (kept.divergence or "").endswith(f"That came from line {line}.")
    report = pool.grade(roll, greedy, seed=1, explain=True)
    assert report.gas_score is not None
    assert {check.divergence for check in report.checks} == {None}


def test_a_source_that_does_not_compile_gets_its_diagnostics(pool: Pool, counter: Exercise):
    report = pool.grade(counter, "contract Counter {", seed=1)
    assert report.outcome is Outcome.COMPILE_ERROR
    assert report.diagnostics
    assert set(statuses(report)) == {"not_run"}
    assert len(report.checks) == 5


def test_what_was_compiled_is_remembered_by_its_content(pool: Pool, counter: Exercise):
    source = counter.solution + "// once\n"
    first, second = (pool.grade(counter, source, seed=1) for _ in range(2))
    assert first.timings.compile_ms > second.timings.compile_ms == 0
    assert pool.compile(source).elapsed_ms == 0
    assert pool.compile(source.replace("// once", "// else")).elapsed_ms > 0


def test_what_was_compiled_ahead_costs_the_submission_nothing(pool: Pool):
    savings = load_exercise(EXERCISES / "savings")  # it has helpers or imports of its own
    source = savings.solution + "// ahead\n"
    assert pool.compile_ahead(savings, source)
    report = pool.grade(savings, source, seed=1)
    assert (report.outcome, report.timings.compile_ms) == (Outcome.PASSED, 0)
    with pool._ahead.turn(savings.solc) as compiler:
        assert compiler._compiler._niceness == 19


def test_nothing_is_compiled_ahead_while_no_slot_is_free(
    hasty: Pool, counter: Exercise, with_check: Callable[[str], Exercise]
):
    slow = with_check("time.sleep(60)")
    assert hasty.compile_ahead(counter, counter.solution)
    reached = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        first = executor.submit(hasty.grade, slow, slow.solution, seed=1, on_progress=lambda _: reached.set())
        assert reached.wait(30)
        assert not hasty.compile_ahead(counter, counter.solution)
        assert first.result().outcome is Outcome.TIMED_OUT


def test_many_threads_get_their_own_verdicts(pool: Pool, counter: Exercise):
    sources = [counter.solution, counter.starter, *counter.mistake_sources.values()] * 2
    with ThreadPoolExecutor(len(sources)) as executor:
        reports = list(executor.map(lambda source: pool.grade(counter, source, seed=1), sources))
    assert [report.outcome for report in reports] == [Outcome.PASSED, *[Outcome.FAILED] * 5] * 2


def test_an_exercise_is_graded_as_its_folder_has_it_now(pool: Pool, with_check: Callable[[str], Exercise]):
    exercise = with_check("pass")
    assert grade(pool, exercise).outcome is Outcome.PASSED
    checks = exercise.path / "checks.py"
    checks.write_text(checks.read_text().replace("    pass", "    assert False, 'changed'"))
    report = grade(pool, exercise)
    assert report.outcome is Outcome.FAILED
    assert report.versions.exercise == exercise.current().digest != exercise.digest
    (exercise.path / "exercise.toml").write_text("id = [")
    assert grade(pool, exercise).outcome is Outcome.LESSON_BROKEN


# What a submission can see and do


def test_a_submission_sees_no_environment_of_ours(
    monkeypatch: pytest.MonkeyPatch, with_check: Callable[[str], Exercise]
):
    monkeypatch.setenv("CLASSROOM_SECRET", "canary-55d1")
    exercise = with_check(
        "raw = ''\n"
        "for place in ('/proc/self/environ', f'/proc/{os.getppid()}/environ'):\n"
        "    try: raw += open(place).read()\n"
        "    except OSError: pass\n"
        "assert 'canary' not in raw and 'canary' not in str(os.environ), 'it sees the secret'\n"
        f"assert set(os.environ) <= {{*{sorted(ENVIRONMENT)!r}, 'PWD'}}, sorted(os.environ)"
    )
    with Pool(1) as pool:
        assert grade(pool, exercise).outcome is Outcome.PASSED, grade(pool, exercise)


def test_a_submission_holds_no_file_and_no_socket_but_its_channel(pool: Pool, with_check: Callable[[str], Exercise]):
    exercise = with_check(
        f"{FIND_CHANNEL}others = {{fd: os.fstat(fd).st_rdev for fd in kinds if fd != channel}}\n"
        "assert others == dict.fromkeys(range(3), os.stat('/dev/null').st_rdev), others"
    )
    report = grade(pool, exercise)
    assert report.outcome is Outcome.PASSED, report.checks[1].message


def test_a_submission_writes_no_file(pool: Pool, with_check: Callable[[str], Exercise], tmp_path: Path):
    body = f"try:\n    os.write(os.open({str(tmp_path / 'file')!r}, os.O_WRONLY | os.O_CREAT), b'x')"
    exercise = with_check(body + "\nexcept OSError:\n    return\nassert False, 'it could'")
    report = grade(pool, exercise)
    assert report.outcome is Outcome.PASSED, report.checks[1].message


def test_a_submission_opens_few_files(pool: Pool, with_check: Callable[[str], Exercise]):
    body = "try:\n    held = [open('/dev/null') for _ in range(100)]\nexcept OSError:\n    return\n"
    report = grade(pool, with_check(body + "assert False, 'it could'"))
    assert report.outcome is Outcome.PASSED, report.checks[1].message


def test_a_submission_is_alone_in_its_session(pool: Pool, with_check: Callable[[str], Exercise]):
    exercise = with_check("assert os.getsid(0) == os.getpgid(0) == os.getpid()")
    assert grade(pool, exercise).outcome is Outcome.PASSED


# Limits


def assert_stopped(report: Report, exercise: Exercise, outcome: Outcome) -> None:
    """Assert that the second of three checks was the end, and that the report is whole all the same."""
    assert report.outcome is outcome
    assert statuses(report) == ["passed", "failed", "not_run"]
    assert "“The second is the one” (2 of 3)" in str(report.message)
    assert (report.score, report.max_score) == (1, 3)
    assert report.versions.exercise == exercise.digest


@pytest.mark.parametrize(
    "body", ["while True: pass", "while True:\n    try: time.sleep(60)\n    except Exception: pass"]
)
def test_a_submission_that_takes_too_long_is_stopped(hasty: Pool, with_check: Callable[[str], Exercise], body: str):
    exercise = with_check(body)
    hasty.compile(exercise.solution)
    started = time.monotonic()
    assert_stopped(grade(hasty, exercise), exercise, Outcome.TIMED_OUT)
    assert time.monotonic() - started < 20
    assert hasty.healthy()


@pytest.mark.parametrize(
    "body",
    [
        "bytearray(600 * 1024**2)",
        "held = []\nwhile True: held.append(bytes(10**6))",
        "held = b'x'\nwhile True: held += held",
        "def deeper(): deeper()\ndeeper()",
        "os.kill(os.getpid(), 9)",
        "os._exit(0)",
        "os.abort()",
    ],
)
def test_a_submission_that_uses_too_much_or_dies_is_a_verdict(
    pool: Pool, with_check: Callable[[str], Exercise], body: str
):
    exercise = with_check(body)
    assert_stopped(grade(pool, exercise), exercise, Outcome.RESOURCE_LIMIT)
    assert pool.healthy()


def test_a_submission_that_ignores_the_alarm_is_killed(hasty: Pool, with_check: Callable[[str], Exercise]):
    body = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: time.sleep(9)"
    forks: list[psutil.Process] = []

    def on_progress(progress: Progress) -> None:
        if progress.index == 2:
            assert hasty._template is not None
            forks.extend(psutil.Process(hasty._template.pid).children())

    exercise = with_check(body)
    assert_stopped(
        hasty.grade(exercise, exercise.solution, seed=1, on_progress=on_progress), exercise, Outcome.TIMED_OUT
    )
    assert len(forks) == 1
    assert psutil.wait_procs(forks, timeout=10)[1] == []


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("b'no JSON at all\\n'", Outcome.RESOURCE_LIMIT),
        ('b\'{"kind": "finished", "report": {"outcome": "passed"}}\\n\'', Outcome.RESOURCE_LIMIT),
        ("b'\\x80\\x04\\x95' + bytes(100) + b'\\n'", Outcome.RESOURCE_LIMIT),
        ("b'x' * 5 * 1024**2", Outcome.OUTPUT_LIMIT),
        ('(b\'{"kind": "fault", "text": "\' + b\'x\' * 10_000 + b\'"}\\n\') * 500', Outcome.OUTPUT_LIMIT),
    ],
)
def test_what_a_submission_says_is_bounded_and_checked(
    hasty: Pool, with_check: Callable[[str], Exercise], said: str, outcome: Outcome
):
    body = f"{FIND_CHANNEL}held = socket.socket(fileno=channel)\nheld.sendall({said})\ntime.sleep(60)"
    report = grade(hasty, with_check(body))
    assert report.outcome is outcome
    assert statuses(report) == ["passed", "failed", "not_run"]


def test_half_a_message_does_not_hold_the_slot_beyond_the_limit(hasty: Pool, with_check: Callable[[str], Exercise]):
    body = (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        f"{FIND_CHANNEL}held = socket.socket(fileno=channel)\nheld.sendall(b'half a li')\ntime.sleep(60)"
    )
    started = time.monotonic()
    assert grade(hasty, with_check(body)).outcome is Outcome.TIMED_OUT
    assert time.monotonic() - started < 20


def test_prints_of_a_lesson_go_nowhere(pool: Pool, with_check: Callable[[str], Exercise], capfd):
    exercise = with_check("print('canary-91')\nprint('canary-92', file=sys.stderr)\nos.write(2, b'canary-93')")
    assert grade(pool, exercise).outcome is Outcome.PASSED
    assert "canary" not in "".join(capfd.readouterr())


# Others


def workers(processes: set[psutil.Process]) -> set[psutil.Process]:
    """Leave out the processes of bubblewrap, which only stand around others, and those that have ended since."""
    found = set()
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            if each.name() != "bwrap":
                found.add(each)
    return found


def test_a_slot_is_free_again_after_each_kind_of_end(hasty: Pool, counter: Exercise):
    for source in (counter.solution, "contract Counter {", "", counter.starter):
        hasty.grade(counter, source, seed=1)
    assert hasty.compile(counter.solution).ok


def test_more_callers_than_may_wait_are_turned_away(with_check: Callable[[str], Exercise], counter: Exercise):
    slow = with_check("time.sleep(60)")
    with Pool(1, max_waiting=0, ration=Ration(wall_s=3)) as pool, ThreadPoolExecutor(1) as executor:
        reached = threading.Event()
        first = executor.submit(pool.grade, slow, slow.solution, seed=1, on_progress=lambda _: reached.set())
        assert reached.wait(30)
        with pytest.raises(PoolBusy):
            pool.grade(counter, counter.solution, seed=1)
        assert pool.compile(counter.solution, check_only=True).ok, "diagnostics have a line of their own"
        assert first.result().outcome is Outcome.TIMED_OUT


def test_a_pool_that_is_closed_refuses_and_ends_what_runs(with_check: Callable[[str], Exercise], counter: Exercise):
    slow = with_check("time.sleep(60)")
    others = set(psutil.Process().children(recursive=True))
    pool = Pool(1)
    pool.start()
    own = set(psutil.Process().children(recursive=True)) - others
    assert len(workers(own)) == 3, "two compilers and a template"
    with ThreadPoolExecutor(2) as executor:
        reached = threading.Event()

        def on_progress(progress: Progress) -> None:
            if progress.index == 2:
                reached.set()

        running = executor.submit(pool.grade, slow, slow.solution, seed=1, on_progress=on_progress)
        assert reached.wait(30)
        waiting = executor.submit(pool.grade, slow, slow.solution, seed=1)
        pool.close()
        for job in (running, waiting):
            with pytest.raises(PoolClosed):
                job.result()
    assert not pool.healthy()
    with pytest.raises(PoolClosed):
        pool.grade(counter, counter.solution, seed=1)
    _, alive = psutil.wait_procs(own, timeout=10)
    assert alive == []


def test_a_pool_that_was_not_started_refuses(counter: Exercise):
    pool = Pool(1)
    assert not pool.healthy()
    with pytest.raises(PoolClosed):
        pool.grade(counter, counter.solution, seed=1)
    with pytest.raises(PoolClosed):
        pool.compile_ahead(counter, counter.solution)
    pool.close()
    with pytest.raises(PoolClosed):
        pool.start()


def test_a_pool_without_diagnostics_has_a_compiler_less_and_compiles_all_the_same(counter: Exercise):
    others = set(psutil.Process().children(recursive=True))
    with Pool(1, diagnostics=False) as pool:
        own = set(psutil.Process().children(recursive=True)) - others
        assert len(workers(own)) == 2, "a compiler and a template"
        assert pool.compile(counter.solution).ok
        assert grade(pool, counter).outcome is Outcome.PASSED


def test_a_compile_under_way_when_the_pool_is_closed_is_refused_like_the_rest(counter: Exercise):
    pool = Pool(1)
    pool.start()
    bomb = (Path(__file__).parent / "hostile" / "compile" / "struct_copy.sol").read_text()
    compiling = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        job = executor.submit(pool.grade, counter, bomb, seed=1, on_progress=lambda _: compiling.set())
        assert compiling.wait(30)
        pool.close()
        with pytest.raises(PoolClosed):
            job.result()


def test_many_warnings_cost_no_verdict(pool: Pool, counter: Exercise):
    unused = "".join(f"function f{n}() private pure {{ uint256 x; }}\n" for n in range(900))
    source = counter.solution.replace("uint256 public count;", "uint256 public count;\n" + unused)
    report = pool.grade(counter, source, seed=1)
    assert len(report.diagnostics) >= 100
    assert report.outcome is Outcome.PASSED, report.message


def test_a_submission_whose_template_is_killed_beside_it_is_graded_again(
    pool: Pool, with_check: Callable[[str], Exercise]
):
    exercise = with_check("time.sleep(4)")
    times = 0

    def on_progress(progress: Progress) -> None:
        nonlocal times
        if progress.index == 2:
            times += 1
            if times == 1:
                assert pool._template is not None
                os.kill(pool._template.pid, signal.SIGKILL)

    report = pool.grade(exercise, exercise.solution, seed=1, on_progress=on_progress)
    assert report.outcome is Outcome.PASSED
    assert times == 2


def test_a_template_that_still_listens_while_its_forks_are_dead_already_is_not_taken_for_a_live_one(
    pool: Pool, with_check: Callable[[str], Exercise]
):
    exercise = with_check("time.sleep(4)")
    times = 0

    def kill_later(template: int, fork: psutil.Process) -> None:
        fork.wait()
        os.kill(template, signal.SIGKILL)

    def on_progress(progress: Progress) -> None:
        nonlocal times
        if progress.index == 2:
            times += 1
            if times == 1:
                assert pool._template is not None
                template = pool._template.pid
                os.kill(template, signal.SIGSTOP)  # as one is for a moment that is being killed: deaf, its ends open
                (fork,) = psutil.Process(template).children()
                threading.Thread(target=kill_later, args=(template, fork)).start()
                fork.kill()

    report = pool.grade(exercise, exercise.solution, seed=1, on_progress=on_progress)
    assert report.outcome is Outcome.PASSED
    assert times == 2


# Scenarios


def test_a_scenario_runs_in_a_slot(pool: Pool, counter: Exercise):
    steps = [
        Step(action="deploy", contract="Counter"),
        Step(action="send", target=0, function="increment", account="bob"),
        Step(action="send", target=0, function="nonsense"),
        Step(action="call", target=0, function="count"),
    ]
    compilation, results, message = pool.scenario(counter.solution, steps)
    assert compilation.ok
    assert message is None
    assert [result.ok for result in results] == [True, True, False, True]
    assert results[3].result == 1


def test_a_scenario_that_does_not_compile_has_no_results(pool: Pool):
    compilation, results, message = pool.scenario("contract {", [Step(action="deploy", contract="X")])
    assert not compilation.ok
    assert results == []
    assert message == compilation.message


def test_a_scenario_that_never_ends_gives_the_steps_before(hasty: Pool):
    source = "contract Loop { function run() external { while (true) {} } function ok() external {} }"
    steps = [
        Step(action="deploy", contract="Loop"),
        Step(action="send", target=0, function="ok"),
        *[Step(action="send", target=0, function="run")] * 30,
    ]
    _, results, message = hasty.scenario(source, steps)
    assert results[0].ok
    assert results[1].ok
    assert len(results) < 32
    assert message is not None
    assert message.startswith("The scenario was stopped in step ")
    assert "too long" in message


# The parent's end

PARENT = """
import sys, threading
from pathlib import Path
from evmbox.exercise import load_exercise
from evmbox.pool import Pool

exercise = load_exercise(Path(sys.argv[1]))
if __name__ == "__main__":
    pool = Pool(1)
    pool.start()
    say = lambda progress: progress.index == 2 and print("checking", flush=True)
    try:
        pool.grade(exercise, exercise.solution, seed=1, on_progress=say)
    except KeyboardInterrupt:
        pool.close()
        sys.exit(7)
"""


@pytest.fixture
def parent(tmp_path: Path, with_check: Callable[[str], Exercise]) -> Iterator[subprocess.Popen[str]]:
    """Start a process of its own group that is in the middle of grading."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    process = subprocess.Popen(
        [sys.executable, str(script), str(with_check("time.sleep(60)").path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "checking\n"
        yield process
        process.kill()


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_a_parent_killed_outright_leaves_no_process_behind(parent: subprocess.Popen[str]):
    family = descendants(parent)
    commands = " ".join(" ".join(each.cmdline()) for each in family)
    assert "evmbox.pool" in commands
    assert "solc" in commands
    assert len(family) >= 4, "two compilers, a template and a fork"
    parent.kill()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_an_interrupt_of_the_whole_group_shows_no_traceback(parent: subprocess.Popen[str]):
    family = descendants(parent)
    os.killpg(parent.pid, signal.SIGINT)
    _, errors = parent.communicate(timeout=30)
    assert (parent.returncode, errors) == (7, "")
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_a_fork_does_not_run_the_main_module_again(tmp_path: Path, counter: Exercise):
    """The parent's script may do anything at import; a template made of it would do it once more."""
    script = tmp_path / "main.py"
    script.write_text("print('imported')\n" + PARENT)
    done = subprocess.run(
        [sys.executable, str(script), str(counter.path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.count("imported") == 1
