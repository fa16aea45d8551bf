"""Two tabs, one draft: nobody's text is undone in silence."""

import pytest

from classroom import drafts
from classroom.errors import Conflict, NotFound


def put(database, people, source, revision, *, user=None, exercise_id="tip-jar"):
    with database.unit_of_work() as work:
        return drafts.put(
            work.session,
            course=people.course,
            user=user or people.alice,
            exercise_id=exercise_id,
            source=source,
            revision=revision,
        )


def get(database, people, *, user=None, exercise_id="tip-jar"):
    with database.read() as session:
        return drafts.get(session, people.course, user or people.alice, exercise_id)


def test_a_draft_is_found_again_with_a_revision_that_grows(database, people):
    for revision, source in enumerate(["contract A {", "contract A {}", ""]):
        assert put(database, people, source, revision).revision == revision + 1
    found = get(database, people)
    assert (found.source, found.revision) == ("", 3)


def test_no_draft_is_not_found(database, people):
    with pytest.raises(NotFound):
        get(database, people)


@pytest.mark.parametrize("revision", [0, 1, 3, 2**31 - 1])
def test_a_text_based_on_another_revision_is_refused_and_changes_nothing(revision, database, people):
    put(database, people, "first", 0)
    put(database, people, "second", 1)
    with pytest.raises(Conflict, match="revision 2 is stored"):
        put(database, people, "from another tab", revision)
    assert get(database, people).source == "second"


def test_a_first_draft_must_be_based_on_none(database, people):
    with pytest.raises(Conflict):
        put(database, people, "text", 5)
    with pytest.raises(NotFound):
        get(database, people)


def test_the_same_text_sent_twice_is_saved_once(database, people):
    put(database, people, "first", 0)
    assert put(database, people, "first", 0).revision == 1


def test_drafts_of_other_learners_and_exercises_are_apart(database, people):
    put(database, people, "alice's", 0)
    put(database, people, "bob's", 0, user=people.bob)
    put(database, people, "another", 0, exercise_id="hello-storage")
    assert get(database, people).source == "alice's"
    assert get(database, people, user=people.bob).source == "bob's"
    with pytest.raises(NotFound):
        get(database, people, user=people.teacher)
