"""Pages of a list: complete, without doubles, whatever comes or goes meanwhile."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from sqlmodel import col, select

from classroom.api.paging import Paging, _mark, read_page
from classroom.errors import Invalid
from classroom.models import AuditEvent, Course, Enrolment, Role, User, now

pytestmark = pytest.mark.both_databases


def all_pages(database, statement, *order, limit, descending=False, meanwhile=lambda: None):
    cursor, found, sizes = None, [], []
    while len(sizes) < 50:  # a page that never moves on fails instead of hanging
        with database.read() as session:
            page, cursor = read_page(session, statement, *order, paging=Paging(limit, cursor), descending=descending)
        found += page
        sizes.append(len(page))
        if cursor is None:
            return found, sizes
        meanwhile()
    raise AssertionError("the list has no end")


def add_people(database, *names):
    with database.unit_of_work() as work:
        for name in names:
            work.session.add(User(name=name, display_name=name[:1]))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 6, 7])
def test_pages_hold_every_row_once_in_order(database, limit, descending):
    add_people(database, "a1", "a2", "b1", "b2", "b3", "ü")
    order = (col(User.display_name), col(User.name))
    found, sizes = all_pages(database, select(User), *order, limit=limit, descending=descending)
    names = [user.name for user in found]
    assert names == sorted(["a1", "a2", "b1", "b2", "b3", "ü"], reverse=descending)
    assert all(size == limit for size in sizes[:-1])
    assert sizes[-1] > 0


def test_an_empty_list_is_one_empty_page(database):
    assert all_pages(database, select(User), col(User.name), limit=5) == ([], [0])


def test_what_comes_before_the_place_is_not_seen_twice_and_what_comes_after_is_seen(database):
    add_people(database, "b", "c", "d")
    coming = iter([("a", "e"), (), (), ()])
    found, _ = all_pages(
        database, select(User.name), col(User.name), limit=2, meanwhile=lambda: add_people(database, *next(coming))
    )
    assert found == ["b", "c", "d", "e"]


def test_times_and_ids_order_a_list_and_rows_of_several_columns_stay_whole(database, people):
    at = now()
    with database.unit_of_work() as work:
        work.session.add_all([Course(slug=f"c{n}", title="C", created_at=at + timedelta(minutes=n)) for n in range(3)])
        work.session.add_all([Course(slug=f"same{n}", title="C", created_at=at) for n in range(3)])
    order = (col(Course.created_at), col(Course.id))
    found, _ = all_pages(database, select(Course), *order, limit=2, descending=True)
    assert len({course.id for course in found}) == len(found) == 7
    assert [course.slug for course in found[:2]] == ["c2", "c1"]

    pairs = (
        select(User, Enrolment.role)
        .join(Enrolment, col(Enrolment.user_id) == User.id)
        .where(Enrolment.role == Role.LEARNER)
    )
    rows, _ = all_pages(database, pairs, col(User.name), limit=1)
    assert [(user.name, role) for user, role in rows] == [("alice", Role.LEARNER), ("bob", Role.LEARNER)]


def test_integers_order_a_list(database, people):
    found, _ = all_pages(database, select(AuditEvent), col(AuditEvent.id), limit=2, descending=True)
    ids = [event.id for event in found]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) > 4


BY_NAME = (col(User.name),)


def cursor_of(*values, mark=True, order=BY_NAME):
    held = [_mark([column.expression for column in order])] if mark else []
    return urlsafe_b64encode(json.dumps([*held, *values]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "====",
        "a" * 2000,
        cursor_of("ada", mark=False),
        cursor_of(),
        cursor_of("ada", "ada"),
        cursor_of(1),
        cursor_of(None),
        cursor_of(["a"]),
        cursor_of("\x00"),
        cursor_of("\ud800"),
        urlsafe_b64encode(b"[" * 1500).decode(),
        urlsafe_b64encode(b"\xff\xfe").decode(),
        urlsafe_b64encode(b"{}").decode(),
    ],
)
def test_a_cursor_that_is_none_is_refused(database, cursor):
    with database.read() as session, pytest.raises(Invalid, match="cursor"):
        read_page(session, select(User), col(User.name), paging=Paging(5, cursor))


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00", "noon", "9" * 30])
def test_a_time_without_a_zone_is_no_place(database, value):
    order = (col(AuditEvent.at),)
    with database.read() as session, pytest.raises(Invalid):
        read_page(session, select(AuditEvent), *order, paging=Paging(5, cursor_of(value, order=order)))


def test_an_integer_larger_than_a_column_is_no_place(database):
    order = (col(AuditEvent.id),)
    with database.read() as session, pytest.raises(Invalid):
        read_page(session, select(AuditEvent), *order, paging=Paging(5, cursor_of(str(2**63), order=order)))


def test_the_cursor_of_another_list_is_refused(database):
    add_people(database, "a", "b")
    with database.read() as session:
        _, cursor = read_page(session, select(User), col(User.name), paging=Paging(1))
        with pytest.raises(Invalid):
            read_page(session, select(User), col(User.display_name), paging=Paging(1, cursor))
