"""Lists of people in and out: all or nothing, errors by line, and nothing that a spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from classroom import accounts, courses, roster
from classroom.errors import Invalid
from classroom.models import AuditEvent, CredentialKind, Enrolment, Role, User

PORTAL = "http://127.0.0.1:8000"


def bring_in(database, people, text, *, dry_run=False):
    with database.unit_of_work() as work:
        return roster.import_learners(
            work.session, people.course, text, links_to=PORTAL, dry_run=dry_run, actor_id=people.teacher.id
        )


def everything(database):
    with database.read() as session:
        return [len(session.exec(select(table)).all()) for table in (User, Enrolment, AuditEvent)]


def test_new_people_get_an_account_without_a_password_and_a_link_that_works_once(database, people):
    found = bring_in(database, people, "name,display_name,email\nada,Ada Lovelace,ada@example.org\n")
    assert (found.rows, found.created, found.enrolled, found.problems) == (1, 1, 1, [])
    (link,) = found.links
    assert (link.name, link.display_name, link.email) == ("ada", "Ada Lovelace", "ada@example.org")
    secret = link.link.removeprefix(f"{PORTAL}/welcome?link=")
    with database.read() as session:
        user, _ = accounts.authenticate(session, {CredentialKind.ONE_TIME_LINK}, secret)
        assert user is not None
        assert user.password_hash is None
        assert not user.is_admin
        assert courses.has_role(session, people.course.id, user.id, Role.LEARNER)


def test_who_has_an_account_is_enrolled_and_gets_no_link_to_it(database, people):
    found = bring_in(database, people, "name\nstranger\nalice\n")
    assert (found.created, found.enrolled, found.already_in, found.links) == (0, 1, 1, [])
    with database.read() as session:
        assert courses.has_role(session, people.course.id, people.stranger.id, Role.LEARNER)


def test_an_address_that_its_owner_has_proven_finds_the_account(database, people):
    with database.unit_of_work() as work:
        work.session.get_one(User, people.stranger.id).email = "s@example.org"
    found = bring_in(database, people, "name,email\nsomeone,S@example.org\n")
    assert (found.created, found.enrolled) == (0, 1)
    with pytest.raises(Invalid, match=r"Line 2: .*their address is another one"):
        bring_in(database, people, "name,email\nstranger,other@example.org\n")


def test_groups_are_made_and_joined(database, people):
    found = bring_in(database, people, "group;name\nTuesday;ada\nTuesday;alice\n;bob\n")
    assert found.new_groups == ["Tuesday"]
    with database.read() as session:
        (group,) = courses.groups(session, people.course)
        members = courses.groups_of(session, people.course, [people.alice.id, people.bob.id])
    assert {user_id: [each.name for each in groups] for user_id, groups in members.items()} == {
        people.alice.id: [group.name]
    }


def test_every_wrong_line_is_named_and_nothing_is_changed(database, people):
    text = "name,display_name,email,group\nada,Ada,,\n,Nobody,,\nbad name,,,\neve,,no address,\nada,Twice,,\nbo,b\n\n"
    before = everything(database)
    with pytest.raises(Invalid) as refused:
        bring_in(database, people, text)
    assert everything(database) == before
    assert [each["where"] for each in refused.value.errors] == ["line 3", "line 4", "line 5", "line 6", "line 7"]
    assert refused.value.detail.startswith("Nothing was imported. Line 3: the name is missing.")
    tried = bring_in(database, people, text, dry_run=True)
    assert [problem.line for problem in tried.problems] == [3, 4, 5, 6, 7]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(database, people):
    before = everything(database)
    found = bring_in(database, people, "name,group\nada,Tuesday\nalice,\n", dry_run=True)
    assert (found.created, found.enrolled, found.already_in, found.new_groups) == (1, 1, 1, ["Tuesday"])
    assert found.links == []
    assert everything(database) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Line 1: .*column name is missing"),
        ("\n", "Line 1: .*column name is missing"),
        ("ada\nbob\n", "Line 1: .*column name is missing"),
        ("name\n", "Line 1: the file names nobody"),
        ("name,password\nada,secret\n", "Line 1: there is a column that is not known"),
        ("name,role\nada,instructor\n", "Line 1: there is a column that is not known"),
        ("name,name\nada,ada\n", "Line 1: a column is named twice"),
        ('name\n"ada', "Line 2: this is not CSV"),
        ('name\nada\n"b"ob\n', "Line 3: this is not CSV"),
        ("name,display_name\nada,\u202eevil\n", "Line 2: A display name"),
    ],
)
def test_a_file_that_is_no_list_of_learners_is_refused(database, people, text, says):
    before = everything(database)
    with pytest.raises(Invalid, match=says):
        bring_in(database, people, text)
    assert everything(database) == before


def test_a_quoted_line_break_does_not_shift_the_numbers_of_lines(database, people):
    with pytest.raises(Invalid, match="Line 4: the name is missing"):
        bring_in(database, people, 'name,display_name\nada,"Ada\nLovelace"\n,x\n'.replace("Ada\n", "Ada \n"))


def test_too_many_learners_are_refused(database, people):
    text = "name\n" + "\n".join(f"n{number}" for number in range(3)) + "\n"
    original, roster.MAX_ROWS = roster.MAX_ROWS, 2
    try:
        with pytest.raises(Invalid, match="2 learners at most"):
            bring_in(database, people, text)
    finally:
        roster.MAX_ROWS = original


@given(st.lists(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=12), min_size=2, max_size=2)))
def test_no_cell_of_an_export_begins_a_formula_and_all_can_be_read_back(rows):
    text = roster.write_csv(["a", "b"], rows)
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    for cells, found in zip(rows, read, strict=True):
        for cell, written in zip(cells, found, strict=True):
            assert written in {cell, f"'{cell}"}
            assert not written.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_export_can_be_imported_again(database, people):
    with database.unit_of_work() as work:
        user = accounts.create_user(work.session, "evil", display_name='=HYPERLINK("http://x","y")')
        courses.enrol(work.session, people.course, user, Role.LEARNER)
        text = roster.export_people(work.session, people.course)
    assert "\"'=HYPERLINK(" in text
    with database.unit_of_work() as work:
        other = courses.create(work.session, title="Other")
        found = roster.import_learners(work.session, other, text, links_to=PORTAL)
        assert (found.enrolled, found.created) == (3, 0)  # and not the instructor
        assert courses.learners(work.session, other)[0].display_name == user.display_name


def test_the_import_is_written_down_without_a_name(database, people):
    bring_in(database, people, "name\nada\n")
    with database.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "learners_imported")).all()
    assert [(event.actor_id, event.details) for event in events] == [
        (people.teacher.id, {"created": 1, "enrolled": 1, "already_in": 0})
    ]
