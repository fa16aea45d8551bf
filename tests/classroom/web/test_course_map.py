"""The course map: where lessons stand, what leads where, and what is open."""

from dataclasses import replace

from classroom.catalog import Catalog
from classroom.schemas import LessonOut
from classroom.web import course_map, landing
from classroom.web.course_map import NODE_HEIGHT, NODE_WIDTH, Link


def drawn(catalog: Catalog, passed: set[str], upcoming: str | None = None) -> course_map.CourseMap:
    states = {name: "passed" if name in passed else "new" for name in catalog.lessons}
    return course_map.draw(catalog.tracks, states, upcoming)


def test_every_lesson_stands_right_of_what_it_builds_on_and_on_no_other(catalog: Catalog) -> None:
    shown = drawn(catalog, set())
    places = {node.id: node for node in shown.nodes}
    assert set(places) == set(catalog.lessons)
    for lesson in catalog.lessons.values():
        assert all(places[each].x + NODE_WIDTH < places[lesson.id].x for each in lesson.requires)
    nodes = list(shown.nodes)
    for one in nodes:
        assert 0 <= one.x <= shown.width - NODE_WIDTH
        assert 0 <= one.y <= shown.height - NODE_HEIGHT
        for other in nodes:
            apart = abs(one.x - other.x) >= NODE_WIDTH or abs(one.y - other.y) >= NODE_HEIGHT
            assert one is other or apart, f"{one.id} lies on {other.id}"


def test_a_lesson_is_open_once_all_that_it_builds_on_is_passed(catalog: Catalog) -> None:
    states = {node.id: node for node in drawn(catalog, {"first-transaction", "hello-storage"}, "counter").nodes}
    assert states["hello-storage"].state == "passed"
    assert (states["counter"].state, states["counter"].next) == ("open", True)
    assert states["piggy-bank"].state == "later"
    assert states["piggy-bank"].waits_for == ("A tip jar", "A guest book")
    assert states["piggy-bank"].next is False


def test_an_edge_is_told_with_the_concepts_that_make_it_from_both_of_its_ends(catalog: Catalog) -> None:
    states = dict.fromkeys(catalog.lessons, "new")
    nodes = {node.id: node for node in course_map.draw(catalog.tracks, states, None, catalog.concepts).nodes}
    assert "mappings" in nodes["guest-book"].teaches
    back = {link.title: link.concepts for link in nodes["piggy-bank"].builds_on}
    there = {link.title: link.concepts for link in nodes["guest-book"].opens}
    assert back["A guest book"] == ("block time",)
    assert there["A piggy bank"] == back["A guest book"]


def test_what_another_lesson_asks_for_already_is_not_drawn_twice(catalog: Catalog) -> None:
    (track, *_) = catalog.tracks
    lessons = {lesson.id: lesson for lesson in track.lessons}
    lessons["tip-jar"] = replace(lessons["tip-jar"], requires=("first-transaction", "hello-storage", "counter"))
    redundant = replace(track, lessons=tuple(lessons.values()))
    shown = course_map.draw([redundant], dict.fromkeys(lessons, "new"), None)
    assert {node.id: node for node in shown.nodes}["tip-jar"].builds_on == (Link("A counter that refuses", ()),)
    assert sum(len(node.builds_on) for node in shown.nodes) == len(shown.edges)


def test_a_track_whose_lessons_build_on_nothing_goes_on_to_the_right(catalog: Catalog) -> None:
    (track, *_) = catalog.tracks
    free = [replace(lesson, requires=()) for lesson in track.lessons]
    shown = course_map.draw([replace(track, lessons=tuple(free))], dict.fromkeys(catalog.lessons, "new"), None)
    assert len({(node.x, node.y) for node in shown.nodes}) == len(free)
    assert len({node.x for node in shown.nodes}) == 3


def test_a_reason_names_what_was_passed_and_no_lesson_that_the_course_leaves_out(catalog: Catalog) -> None:
    """A course of tokens alone: badges build on tokens, and on interfaces, which nobody there has seen."""

    def card(name: str, state: str) -> landing.Card:
        lesson = catalog.lesson(name)
        told = {"id": name, "track": lesson.track, "title": lesson.title, "summary": lesson.summary}
        shown = LessonOut(**told, minutes=15, app_url="", notebook_url=None, exercises=[], progress=[])
        return landing.Card(shown, landing.Standing(state, 0, 0.0, 1.0))

    cards = {"erc20": card("erc20", "passed"), "erc721": card("erc721", "new")}
    assert landing._why(catalog, cards["erc721"], cards) == "It builds on A token, which you have passed."
    cards["erc20"] = card("erc20", "new")
    assert landing._why(catalog, cards["erc721"], cards).endswith("About 15 minutes.")
