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
serves it best (most F1) on `foundations`; with --copydetect also copydetect from PyPI, winnowing of Pygments' tokens.
Prints also the seconds for 300 submissions of one exercise: compile, fingerprints, comparison.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


def classes(reader: Reader, only: str | None) -> list[Class]:
    """Make the class of each exercise whose answers are Solidity, with its planted copies."""
    made = []
    for manifest in sorted((ROOT / "lessons").glob("*/*/*/exercise.toml")):
        exercise = load_exercise(manifest.parent)
        unfit = exercise.language != "solidity" or not exercise.variants
        if unfit or (only and exercise.id != only):
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="one exercise, by its id")
    parser.add_argument("--tune", action="store_true", help="try other thresholds on the track they are set on")
    options = parser.parse_args()
    with open_compiler() as compiler:
        found = classes(Reader(compiler), options.only)
    if options.tune:
        tuned = [each for each in found if each.track == TUNED_ON]
        for enough in (3, 4, 5, 6, 8):
            for alike in (0.3, 0.4, 0.5, 0.6, 0.7):
                score = ours(tuned, enough=enough, alike=alike)
                print(
                    enough,
                    alike,
                    score.recall("variant"),
                    score.recall("mistake"),
                    "wrong",
                    score.wrong,
                    "of",
                    score.honest,
                    "beside",
                    score.wrong_beside,
                    "silent",
                    score.silent,
                )
        return
    for each in found:
        score = ours([each])
        print(
            each.track,
            each.exercise.id,
            {way: score.recall("variant", [way]) for way in WAYS},
            score.recall("mistake"),
            "wrong",
            score.wrong,
            "of",
            score.honest,
            "beside",
            score.wrong_beside,
            "silent",
            score.silent,
        )


if __name__ == "__main__":
    main()
