"""The forty bad inputs that the classroom was designed against: for each, the test that holds what it gets.

The tests live where their subject does; here is the list, and that none of them is gone.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
BAD_INPUT = "classroom/api/test_bad_input.py::"
BODIES = f"{BAD_INPUT}test_bad_input_gets_a_problem_and_changes_nothing"
SIGN_IN = "classroom/api/test_tokens_and_keys.py::"
COMPILES = "evmbox/test_compiler_limits.py::test_a_hostile_source_gets_its_verdict_and_the_next_compile_is_fine"
RUNS = "evmbox/test_hostile_corpus.py::test_a_hostile_source_gets_the_verdict_it_names"
LITTLE_GAS = "evmbox/test_pool_hostile.py::test_a_hostile_source_with_little_gas_gets_its_verdict"
MUCH_GAS = "evmbox/test_pool_hostile.py::test_a_hostile_source_with_much_gas_gets_its_verdict_in_time"

LIKE_A_TOKEN = f"{SIGN_IN}test_what_only_looks_like_an_access_token_opens_nothing"
REFRESHES = f"{SIGN_IN}test_sixteen_refreshes_at_once_are_one_and_a_late_one_ends_the_family"
SEALED = "classroom/test_sealing.py::"
CUT = f"{SEALED}test_a_tail_that_was_cut_is_found_by_the_head_and_with_the_head_cut_too_by_an_exported_one"

FORTY = {
    1: ('import "/etc/passwd"', "evmbox/test_compiler_imports.py::test_no_byte_of_another_file_is_read"),
    2: ("an import that climbs out of the library", COMPILES, "hostile/compile/import_out_of_library.sol"),
    3: ("sources.urls", BODIES, "addresses of sources"),
    4: ("extra compiler settings", BODIES, "extra compiler settings"),
    5: ("64 KiB and one byte of source", BODIES, "64 KiB and one byte of source"),
    6: ("a body of 60 MB, its length told or not", f"{BAD_INPUT}test_a_body_of_60_mb_is_refused_before_it_is_there"),
    7: ("a struct doubled 16 times", COMPILES, "hostile/compile/struct_doubling.sol"),
    8: ("a copy of it in storage", COMPILES, "hostile/compile/struct_copy.sol"),
    9: ("contracts that make contracts, 14 deep", COMPILES, "hostile/compile/new_chain.sol"),
    10: ("1+1+… 20,000 times", "evmbox/test_compiler_limits.py::test_a_long_sum_is_no_problem"),
    11: ("nothing that can be deployed", COMPILES, "hostile/compile/abstract_only.sol"),
    12: ("a constructor without end", LITTLE_GAS, "hostile/constructor-loop.sol"),
    13: ("a tree of calls", MUCH_GAS, "hostile/call-tree.sol"),
    14: ("pairings in a loop", MUCH_GAS, "hostile/pairing-loop.sol"),
    15: ("25 million rounds of blake2f", RUNS, "hostile/chain/blake2f-many-rounds.sol"),
    16: ("3 MB of revert data", MUCH_GAS, "hostile/huge-revert.sol"),
    17: (
        "a revert text that is no UTF-8, or turns the reading direction",
        "evmbox/test_pool_hostile.py::test_nothing_that_misleads_the_eye_reaches_a_report",
        "hostile/odd-text.sol",
    ),
    18: ("half a surrogate pair", BODIES, "half a surrogate pair"),
    19: ("NUL", BODIES, "NUL"),
    20: ("2^63", BODIES, "2^63"),
    21: ("NaN, 1e999", BODIES, "1e999 in an argument"),
    22: ("JSON 100,000 deep", BODIES, "JSON 100,000 deep"),
    23: ("true, or a text, for a number", BODIES, "true for a number"),
    24: (
        "JSON as text/plain",
        f"{BAD_INPUT}test_json_that_does_not_say_so_is_refused_as_another_site_would_send_it",
    ),
    25: (
        "a token without a signature, or of another kind",
        f"{SIGN_IN}test_what_only_looks_like_an_access_token_opens_nothing",
    ),
    26: (
        "a refresh token used again",
        f"{SIGN_IN}test_sixteen_refreshes_at_once_are_one_and_a_late_one_ends_the_family",
    ),
    27: ("16 refreshes at once", REFRESHES),
    28: ("the live token of who was shut out", f"{SIGN_IN}test_a_shut_out_persons_live_tokens_and_keys_stop_at_once"),
    29: (
        "the id of another learner's",
        "classroom/api/test_access.py::test_a_learner_cannot_tell_anothers_submission_from_none",
    ),
    30: (
        "an unknown name beside a wrong password",
        f"{SIGN_IN}test_an_unknown_name_a_wrong_password_and_a_shut_out_person_get_the_same_body",
    ),
    31: (
        "a POST from another site with the cookie",
        "classroom/api/test_access.py::test_a_post_with_the_cookie_must_come_from_our_pages_and_show_its_token",
    ),
    32: (
        "the same idempotency key twice",
        "classroom/api/test_submissions.py::test_sixteen_requests_with_one_key_at_once_make_one_submission",
    ),
    33: ("a worker killed at its work", "classroom/test_jobs.py::test_a_killed_consumer_loses_no_submission"),
    34: ("killed a third time", "classroom/test_jobs.py::test_a_job_that_kills_a_third_worker_is_given_up"),
    35: ("the parent killed", "evmbox/test_pool.py::test_a_parent_killed_outright_leaves_no_process_behind"),
    36: (
        "the database locked, or the disk full",
        "classroom/api/test_submissions.py::test_a_database_that_is_locked_is_503_and_nothing_is_half_written",
        "classroom/test_db.py::test_a_full_disk_says_so_and_nothing_is_written",
    ),
    37: (
        "the queue full",
        "classroom/test_submissions.py::test_a_full_queue_takes_no_more_and_says_when_to_come_back",
    ),
    38: ("an entry of the audit log changed, its tail cut", CUT),
    39: ("a forged message in the queue", "classroom/test_jobs.py::test_a_forged_message_has_no_effect"),
    40: (
        "solc or node is not there",
        "classroom/api/test_app.py::test_a_server_without_a_compiler_says_what_to_do_and_does_the_rest",
    ),
}


@cache
def names_in(path):
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_forty():
    assert list(FORTY) == list(range(1, 41))


@pytest.mark.parametrize("number", FORTY)
def test_each_of_the_forty_has_the_test_that_holds_it(number):
    _, *held_by = FORTY[number]
    path, _, name = held_by[0].partition("::")
    assert name in names_in(path)
    text = (TESTS / path).read_text(encoding="utf-8")
    for each in held_by[1:]:  # another test, or a case of one for many: a source beside it, an entry of its table
        if "::" in each:
            other, _, name = each.partition("::")
            assert name in names_in(other)
        elif each.endswith(".sol"):
            assert (TESTS / "evmbox" / each).is_file()
            assert each.count("/") == 2 or f'"{Path(each).name}"' in text  # a whole folder of them, or a table
        else:
            assert f'"{each}"' in text
