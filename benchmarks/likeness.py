"""Similar submissions: planted copies found, honest answers left alone, beside what else there is.

For each exercise in Solidity a class is made of the lesson's files, each compiled: its `variants` (independent ways to
be right) and every second one of its `mistakes` (the textbook's way with one thing wrong: what most of a class hands
in). The solution and the other mistakes are what is known beside the class, as they are in a classroom; the starter is
ignored. Into that class one copy is planted at a time: of each variant, and of each of the textbook answers, changed
in each of these ways:
  renamed      every name that no caller depends on
  reordered    the members of each contract, the other way round
  reformatted  no comment, one word a line
  literals     other texts, numbers written in another way
  dead code    a function that nothing calls, and in each function a variable that nothing reads
  split        the end of each function moved into a helper of its own, where that compiles
  all          renamed, reordered, literals, dead code and reformatted at once
Recall: of the planted copies, the pairs found. Precision: of all the pairs found, those planted. Honest pairs found are
counted in the class as it is, without a copy. The rule was set on the track `foundations` alone.

Peers on the same pairs: difflib's ratio of the texts and the Jaccard index of token sets, each at the threshold that
serves it best (most F1) on `foundations`; with
--copydetect also copydetect from PyPI, winnowing of Pygments' tokens, the starter ignored.
Prints also the seconds for 300 submissions of one exercise: compile, fingerprints, comparison.
"""

import argparse
import difflib
import json
import re
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from evmbox.compiler import SOURCE_NAME, Compiler, open_compiler
from evmbox.exercise import Exercise, load_exercise
from evmbox.likeness import Prints, compare, every_print_of, prints_of
from planting import WAYS

ROOT = Path(__file__).parent.parent
TUNED_ON = "foundations"
TEXTBOOK_COPIED = 3
"""Of how many textbook answers of an exercise copies are planted."""


@dataclass
class Class:
    """An exercise, its class, and what is known beside it: sources by name."""

    track: str
    exercise: Exercise
    honest: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    planted: dict[tuple[str, str], str] = field(default_factory=dict)
    """By who was copied, and how it was changed."""
    prints: dict[str, Prints] = field(default_factory=dict)
    ignored: list[Prints] = field(default_factory=list)


class Reader:
    """Compiles sources of one exercise and takes their fingerprints."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def tree(self, exercise: Exercise, source: str) -> Mapping[str, Any] | None:
        """Give solc's tree of a source; None where it does not compile."""
        found = self._compiler.compile(source, details=True, extra_sources=exercise.importable).details
        return None if found is None else found.asts[SOURCE_NAME]

    def prints(self, exercise: Exercise, source: str) -> Prints:
        """Give the fingerprints of a source."""
        return prints_of(source, self.tree(exercise, source))


def classes(reader: Reader, only: list[str] | None) -> list[Class]:
    """Make the class of each exercise whose answers are Solidity, with its planted copies."""
    made = []
    for manifest in sorted((ROOT / "lessons").glob("*/*/*/exercise.toml")):
        exercise = load_exercise(manifest.parent)
        unfit = exercise.language != "solidity" or not exercise.variants
        if unfit or (only and exercise.id not in only):
            continue
        each = Class(manifest.parent.parent.parent.name, exercise)
        mistakes = dict(sorted(exercise.mistake_sources.items()))
        textbook = {f"mistake {name}": text for name, text in mistakes.items()}
        names = list(textbook)
        each.honest = {f"variant {name}": text for name, text in exercise.variants.items()}
        each.honest |= {name: textbook[name] for name in names[::2]}
        each.beside = {"solution": exercise.solution} | {name: textbook[name] for name in names[1::2]}
        each.ignored = [every_print_of(exercise.starter, reader.tree(exercise, exercise.starter))]
        each.ignored += [every_print_of(text, None) for text in exercise.shown.values()]
        copied = [name for name in each.honest if name.startswith("variant")]
        copied += [name for name in each.honest if name.startswith("mistake")][:TEXTBOOK_COPIED]
        for name in copied:
            source = each.honest[name]
            tree = reader.tree(exercise, source)
            if tree is None:
                continue
            for way, change in WAYS.items():
                changed = change(source, tree, lambda text, exercise=exercise: reader.tree(exercise, text))
                if changed is not None and changed != source:
                    each.planted[name, way] = changed
        for name, source in (each.honest | each.beside).items():
            each.prints[name] = reader.prints(exercise, source)
        for (name, way), source in each.planted.items():
            each.prints[f"{name} {way}"] = reader.prints(exercise, source)
        made.append(each)
    return made


@dataclass
class Score:
    """Counts of one method: planted and found, by what was copied and how; honest pairs and those found."""

    planted: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    silent: int = 0
    honest: int = 0
    wrong: int = 0
    wrong_beside: int = 0

    def recall(self, whose: str, ways: Iterable[str] = WAYS) -> tuple[int, int]:
        """Give how many copies of variants or mistakes were found, and how many there were."""
        hits = [hit for way in ways for hit in self.planted[whose, way]]
        return sum(hits), len(hits)


def ours(found: list[Class], **thresholds: float) -> Score:
    """Judge every class by the rule of the classroom."""
    score = Score()
    for each in found:
        beside = [each.prints[name] for name in each.beside]
        room = {name: each.prints[name] for name in each.honest}
        alone = compare(room, beside=beside, ignored=each.ignored, **thresholds)
        score.honest += len(room) * (len(room) - 1) // 2
        score.wrong += len(alone.pairs)
        for name, way in each.planted:
            copy = f"{name} {way}"
            findings = compare({**room, copy: each.prints[copy]}, beside=beside, ignored=each.ignored, **thresholds)
            hit = any({pair.first, pair.second} == {name, copy} for pair in findings.pairs)
            score.planted[name.split()[0], way].append(hit)
            score.silent += not hit and bool({copy, name} & findings.silent)
            score.wrong_beside += sum(copy in {pair.first, pair.second} for pair in findings.pairs) - hit
    return score


def words_of(source: str) -> Counter[str]:
    """Count the words and signs of a source, without its comments."""
    return Counter(re.findall(r"\w+|[^\w\s]", re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.DOTALL)))


def by_difflib(_exercise: Exercise, first: str, second: str) -> float:
    """Compare texts, line by line."""
    return difflib.SequenceMatcher(None, first.splitlines(), second.splitlines(), autojunk=False).ratio()


def by_words(_exercise: Exercise, first: str, second: str) -> float:
    """Compare the sets of words with their counts: Jaccard's index."""
    one, other = words_of(first), words_of(second)
    return (one & other).total() / max((one | other).total(), 1)


def copydetect(python: Path, found: list[Class]) -> Callable[[Exercise, str, str], float]:
    """Have copydetect compare every pair at once, in the environment that has it."""
    asked = [(each.exercise.starter, *pair) for each in found for pair in (*honest_pairs(each), *planted_pairs(each))]
    told = subprocess.run(
        [python, ROOT / "benchmarks/peers/copydetect_pairs.py"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    known = {(first, second): share for (_, first, second), share in zip(asked, json.loads(told.stdout), strict=True)}
    return lambda _exercise, first, second: known[first, second]


def honest_pairs(each: Class) -> list[tuple[str, str]]:
    """Give every two sources of a class without copies."""
    return list(combinations(each.honest.values(), 2))


def planted_pairs(each: Class) -> list[tuple[str, str]]:
    """Give every copy of a variant with what it was copied from."""
    return [(each.honest[name], text) for (name, _), text in each.planted.items() if name.startswith("variant")]


def peer(found: list[Class], alike: Callable[[Exercise, str, str], float]) -> tuple[float, str]:
    """Say at which threshold a peer does best where ours was tuned, and how well it does on all at that."""

    def shares(these: list[Class]) -> tuple[list[float], list[float]]:
        return (
            [alike(each.exercise, *pair) for each in these for pair in planted_pairs(each)],
            [alike(each.exercise, *pair) for each in these for pair in honest_pairs(each)],
        )

    def most(threshold: float) -> float:
        hits, wrong = sum(share >= threshold for share in good), sum(share >= threshold for share in bad)
        return 2 * hits / (len(good) + hits + wrong)

    good, bad = shares([each for each in found if each.track == TUNED_ON] or found)
    best = max((number / 100 for number in range(1, 101)), key=most)
    good, bad = shares(found)
    hits, wrong = sum(share >= best for share in good), sum(share >= best for share in bad)
    precision = hits / max(hits + wrong, 1)
    blameless = sum(share > max(bad) for share in good)
    return best, (
        f"recall {hits}/{len(good)}, honest pairs {wrong}/{len(bad)}, precision {precision:.2f};"
        f" above every honest pair {blameless}/{len(good)}"
    )


def hundreds(each: Class) -> str:
    """Measure 300 answers to one exercise: compile, fingerprints, comparison; seconds."""
    sources = [f"{text}\n// {number}" for number in range(300 // len(each.honest) + 1) for text in each.honest.values()]
    with open_compiler() as compiler:
        reader = Reader(compiler)
        started = time.perf_counter()
        prints = dict(enumerate(reader.prints(each.exercise, source) for source in sources[:300]))
        between = time.perf_counter()
        compare(prints, beside=[each.prints[name] for name in each.beside], ignored=each.ignored)
        ended = time.perf_counter()
    return f"300 answers to {each.exercise.id}: read {between - started:.1f} s, compared {ended - between:.2f} s"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="some exercises, by their ids; without it all, which takes long")
    parser.add_argument("--copydetect", type=Path, help="the Python of an environment that has copydetect from PyPI")
    options = parser.parse_args()
    with open_compiler() as compiler:
        found = classes(Reader(compiler), options.only)
    report(found, options.copydetect)


def report(found: list[Class], python: Path | None) -> None:
    """Print the scores of classes, beside the peers'."""
    for each in sorted(found, key=lambda each: len(each.exercise.solution.splitlines())):
        score, lines = ours([each]), len(each.exercise.solution.splitlines())
        ways = {way: "{}/{}".format(*score.recall("variant", [way])) for way in WAYS}
        textbook = "{}/{}".format(*score.recall("mistake"))
        wrong = f"{score.wrong}/{score.honest} and {score.wrong_beside}"
        print(f"{each.exercise.id} ({lines} lines): {ways}, of the textbook {textbook}; wrong {wrong}")
    for name, these in (
        ("tuned on", [each for each in found if each.track == TUNED_ON]),
        ("others", [each for each in found if each.track != TUNED_ON]),
        ("all", found),
    ):
        score = ours(these)
        wrong = score.wrong + score.wrong_beside
        hits, planted = score.recall("variant")
        print(
            f"ours, {name}: recall {hits}/{planted}, textbook {score.recall('mistake')}, wrong {wrong}/{score.honest}"
        )
    print("difflib:", peer(found, by_difflib))
    print("words:", peer(found, by_words))
    if python is not None:
        print("copydetect:", peer(found, copydetect(python, found)))
    print(hundreds(found[-1]))


if __name__ == "__main__":
    main()
