"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from classroom.differences import MOST_LINES, differences

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), max_size=30).map("\n".join)


def test_a_changed_line_is_told_as_removed_and_added_with_its_numbers_and_what_is_around() -> None:
    old = "\n".join(map(str, range(1, 11)))
    found = differences(old, old.replace("5", "five\nand a half"))
    assert found is not None
    assert [(each.kind, each.old, each.new) for each in found] == [
        ("gap", None, None),
        ("same", 2, 2),
        ("same", 3, 3),
        ("same", 4, 4),
        ("removed", 5, None),
        ("added", None, 5),
        ("added", None, 6),
        ("same", 6, 7),
        ("same", 7, 8),
        ("same", 8, 9),
        ("gap", None, None),
    ]


@given(LINES, LINES)
def test_what_is_told_leads_from_one_text_to_the_other(old: str, new: str) -> None:
    found = differences(old, new)
    assert found is not None
    before, after = old.splitlines(), new.splitlines()
    assert (found == []) is (before == after)
    assert all(before[each.old - 1] == each.text for each in found if each.old is not None)
    assert all(after[each.new - 1] == each.text for each in found if each.new is not None)
    gone = {each.old for each in found if each.kind == "removed"}
    come = {each.new for each in found if each.kind == "added"}
    kept = [text for number, text in enumerate(before, 1) if number not in gone]
    assert kept == [text for number, text in enumerate(after, 1) if number not in come]


def test_very_long_texts_are_not_compared() -> None:
    assert differences("a\n" * (MOST_LINES + 1), "a") is None
