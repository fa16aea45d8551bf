"""Who shares fingerprints that hardly anybody else has. A fingerprint weighs the more the fewer have it."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Generic, TypeVar

from evmbox.likeness.marks import Mark, Prints

FEWEST_KNOWN: Final = 8
"""With fewer answers in all nobody can tell what is unusual."""

USUAL: Final = 0.2
"""What more than this share of all known answers has is a common idiom, and weighs nothing."""

ENOUGH: Final = 5.0
"""The least weight of unusual fingerprints: an answer that has less is too short or too usual to tell."""

ALIKE: Final = 0.5
"""Two answers are alike that share this much of what is unusual in the shorter one."""

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True)
class Likeness(Generic[Who]):
    """Two answers that are alike: `share` (0 to 1) of what is unusual in the shorter one, `parts` places of it."""

    first: Who
    second: Who
    weight: float
    share: float
    parts: int


@dataclass(frozen=True)
class Findings(Generic[Who]):
    """What a comparison found. `silent` are the answers too short or too usual to tell anything of.

    `known` is how many answers it knew in all: where `FEWEST_KNOWN` is not reached, all are silent.
    """

    pairs: tuple[Likeness[Who], ...]
    silent: frozenset[Who]
    known: int


@dataclass(frozen=True)
class Part:
    """A place in each of two answers that is the same: bytes of their sources, each from and to."""

    first: tuple[int, int]
    second: tuple[int, int]
    weight: float


def rarity_of(answers: Iterable[Prints], ignored: Iterable[Prints] = ()) -> dict[int, float]:
    """Weigh every fingerprint of all answers that are known, from 0 for a common one to 1 for what two at most have.

    What is ignored, such as the starter's, weighs nothing.
    """
    shown = {mark.value for each in ignored for mark in (*(each.tree or ()), *each.words)}
    weights: dict[int, float] = {}
    known = list(answers)
    for alphabet in ([each.tree for each in known if each.tree is not None], [each.words for each in known]):
        having = Counter(value for marks in alphabet for value in {mark.value for mark in marks})
        for value, count in having.items():
            weights[value] = 0.0 if value in shown else _weight(count, len(alphabet))
    return weights


def _weight(having: int, known: int) -> float:
    if known < FEWEST_KNOWN or having > max(2.0, USUAL * known):
        return 0.0
    return math.log(known / max(having, 2)) / math.log(known / 2)


def compare(
    answers: Mapping[Who, Prints],
    *,
    beside: Collection[Prints] = (),
    ignored: Collection[Prints] = (),
    enough: float = ENOUGH,
    alike: float = ALIKE,
) -> Findings[Who]:
    """Find the pairs of answers that are unusually alike, the most alike first.

    `beside` are other answers to the same exercise, that say what is usual and are not compared; `ignored` are texts
    that everybody was given. Of two answers the syntax trees are compared where both have one, else the words.
    """
    weights = rarity_of([*answers.values(), *beside], ignored)
    found: dict[tuple[Who, Who], Likeness[Who]] = {}
    silent = set(answers)
    everyone = list(answers)
    place = {who: number for number, who in enumerate(everyone)}
    for in_tree in (True, False):
        rare = {
            who: {mark.value for mark in marks if weights.get(mark.value)}
            for who, prints in answers.items()
            if (marks := prints.tree if in_tree else prints.words) is not None
        }
        sums = {who: sum(weights[value] for value in values) for who, values in rare.items()}
        telling = [who for who in everyone if sums.get(who, 0.0) >= enough]
        silent -= {who for who in telling if in_tree or answers[who].tree is None}
        holders: dict[int, list[Who]] = defaultdict(list)
        for who in telling:
            for value in rare[who]:
                holders[value].append(who)
        shared: dict[tuple[Who, Who], float] = defaultdict(float)
        for value, those in holders.items():
            for one, other in combinations(those, 2):
                shared[one, other] += weights[value]
        for (one, other), weight in shared.items():
            if not in_tree and answers[one].tree is not None and answers[other].tree is not None:
                continue
            share = weight / min(sums[one], sums[other])
            if weight >= enough and share >= alike:
                first, second = sorted((one, other), key=place.__getitem__)
                parts = len(parts_of(answers[first], answers[second], weights))
                found[first, second] = Likeness(first, second, weight, min(share, 1.0), parts)
    pairs = sorted(found.values(), key=lambda pair: (-pair.share, -pair.weight, place[pair.first], place[pair.second]))
    return Findings(tuple(pairs), frozenset(silent), len(answers) + len(beside))


def groups_of(pairs: Iterable[tuple[Who, Who]]) -> list[list[Who]]:
    """Put together who is alike, directly or by way of others: the groups of three and more, in order of the pairs."""
    group: dict[Who, list[Who]] = {}
    for one, other in pairs:
        left, right = group.setdefault(one, [one]), group.setdefault(other, [other])
        if left is not right:
            left.extend(right)
            for who in right:
                group[who] = left
    return [members for who, members in group.items() if members[0] == who and len(members) > 2]


def parts_of(first: Prints, second: Prints, weights: Mapping[int, float]) -> list[Part]:
    """Give the places that two answers share and that weigh something, in the order of the first."""
    both_trees = first.tree is not None and second.tree is not None
    mine, theirs = (first.tree, second.tree) if both_trees else (first.words, second.words)
    return _parts(mine or (), theirs or (), weights)


def _parts(mine: Sequence[Mark], theirs: Sequence[Mark], weights: Mapping[int, float]) -> list[Part]:
    places: dict[int, list[Mark]] = defaultdict(list)
    for mark in theirs:
        if weights.get(mark.value):
            places[mark.value].append(mark)
    parts: list[Part] = []
    for mark in sorted((mark for mark in mine if mark.value in places), key=lambda mark: (mark.start, mark.end)):
        there = places[mark.value]
        if parts and (joined := next((each for each in there if _goes_on(parts[-1], mark, each)), None)):
            last = parts[-1]
            parts[-1] = Part(
                (last.first[0], max(last.first[1], mark.end)),
                (min(last.second[0], joined.start), max(last.second[1], joined.end)),
                last.weight + weights[mark.value],
            )
            continue
        other = next((each for each in there if not any(_meet(part.second, each) for part in parts)), None)
        if other is not None and not any(_meet(part.first, mark) for part in parts):
            parts.append(Part((mark.start, mark.end), (other.start, other.end), weights[mark.value]))
    return parts


def _goes_on(part: Part, here: Mark, there: Mark) -> bool:
    return _meet(part.first, here) and _meet(part.second, there)


def _meet(span: tuple[int, int], mark: Mark) -> bool:
    return mark.start < span[1] and span[0] < mark.end
