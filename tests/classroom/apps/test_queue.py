"""More visitors than kernels: a real server that holds two."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from classroom import accounts, courses
from classroom.models import Role
from support.lesson_apps import House, Opened, Visitor, Window
from support.room import descendants
from support.waiting import wait_until

MANY = 8
KERNELS = 2


@pytest.fixture(scope="module")
def crowd(shared_house: House) -> Iterator[tuple[list[Visitor], int]]:
    """Serve lesson apps that hold few kernels to many visitors; give the server's process too."""
    settings = shared_house.settings.model_copy(update={"lesson_kernels": KERNELS, "lesson_kernel_idle_s": 3600})
    small = replace(shared_house, settings=settings)
    names = [f"v{number}" for number in range(MANY)]
    with shared_house.database.unit_of_work() as work:
        course = courses.create(work.session, title="Crowded")
        for name in names:
            small.users[name] = accounts.create_user(work.session, name)
            courses.enrol(work.session, course, small.users[name], Role.LEARNER)
    with small.serve("voila") as server:
        yield [small.visitor(name) for name in names], server.pid


def kernels_of(pid: int) -> int:
    return len(descendants(pid))


def ask(visitor: Visitor, seen: int | None = None) -> tuple[int, int]:
    """Ask where somebody stands; with `seen`, wait until it is elsewhere."""
    told = visitor.http.get("/classroom/place", params={} if seen is None else {"seen": seen}).json()
    return told["place"], told["waiting"]


def opened(visitor: Visitor, lesson: str = "facts") -> Opened | None:
    """Open a lesson; None for who is shown the queue."""
    answer = visitor.http.get(f"/voila/render/{lesson}.ipynb")
    assert answer.status_code in {200, 202}, answer.text
    return Opened(visitor, answer) if answer.status_code == 200 else None


def test_the_queue_is_for_who_is_signed_in(crowd: tuple[list[Visitor], int]) -> None:
    nobody = Visitor(crowd[0][0].house, None)
    assert nobody.http.get("/classroom/place").status_code == 403
    assert nobody.http.post("/classroom/kernels/facts").status_code == 403


def test_a_page_whose_kernel_ended_gets_another_with_its_own_mark_only(crowd: tuple[list[Visitor], int]) -> None:
    (visitor, *_), _ = crowd
    page = visitor.open("facts")
    page.close()
    path = "/classroom/kernels/facts"
    assert visitor.http.post(path).status_code == 403, "a request that another page could make"
    assert visitor.http.post("/classroom/kernels/made-up", headers=visitor.xsrf()).status_code == 404
    answer = visitor.http.post(path, headers=visitor.xsrf())
    assert answer.status_code == 201, answer.text
    page.kernel_id = answer.json()["kernelId"]
    assert page.is_there()
    page.close()


@pytest.mark.browser
def test_who_waits_sees_their_place_and_comes_in_by_themselves(
    crowd: tuple[list[Visitor], int], window: Callable[..., Window]
) -> None:
    (one, two, *_), pid = crowd
    house = one.house
    pages = [one.open("facts"), two.open("facts")]
    view = window(house, "alice", reduced_motion="reduce", viewport={"width": 400, "height": 700})
    first, second = view.context.new_page(), window(house, "bob").context.new_page()
    for page in (first, second):
        page.goto(f"{house.settings.voila_url}/voila/render/facts.ipynb")
    expect(first.get_by_role("status").filter(has_text="You are next.")).to_be_visible()
    expect(first).to_have_title("(1) Facts · Hyperkit Classroom")
    assert first.evaluate("document.documentElement.scrollWidth") == 400
    expect(second.get_by_role("status").filter(has_text="You are number 2 of 2.")).to_be_visible()
    pages[0].close()
    expect(first.locator("body[data-ready]")).to_be_attached()
    expect(second.get_by_role("status").filter(has_text="You are next.")).to_be_visible()
    pages[1].close()
    expect(second.locator("body[data-ready]")).to_be_attached()
    assert view.complaints == []
    for page in (first, second):
        page.goto("about:blank")
    wait_until(lambda: kernels_of(pid) == 0, what="the end of both")


def test_many_come_at_once_and_wait_in_line_for_the_few_kernels_there_are(crowd: tuple[list[Visitor], int]) -> None:
    visitors, pid = crowd
    with ThreadPoolExecutor(MANY) as threads:
        found = list(threads.map(opened, visitors))
        inside = [page for page in found if page is not None]
        assert len(inside) == kernels_of(pid) == KERNELS
        outside = [visitor for visitor, page in zip(visitors, found, strict=True) if page is None]
        first, second, *_ = sorted(outside, key=ask)
        assert sorted(map(ask, outside)) == [(place, MANY - KERNELS) for place in range(1, MANY - KERNELS + 1)]
        assert "You are next." in first.http.get("/voila/render/facts.ipynb").text
        assert ask(second) == (2, MANY - KERNELS), "asking again is neither a second place nor a better one"

        # whose turn it is hears of it, and nobody comes before them
        told = threads.submit(ask, first, 1)
        inside[0].close()
        assert told.result(10)[0] == 0
        assert opened(second) is None
        assert ask(second)[0] == 1
        next_page = opened(first)
        assert next_page is not None
        assert next_page.facts

        # who is in and wants another lesson gives what they have for it, and waits for nobody
        other = opened(inside[1].visitor)
        assert other is not None
        assert other.facts
        wait_until(lambda: not inside[1].is_there(), what="the end of the one that was given")
        assert kernels_of(pid) == KERNELS
