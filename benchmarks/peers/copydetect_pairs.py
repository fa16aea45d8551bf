"""Has copydetect compare pairs of sources: JSON of [starter, first, second] in, JSON of the larger shares out."""

import json
import sys
import tempfile
from functools import cache
from pathlib import Path

import copydetect
import numpy as np

NOISE, GUARANTEE = 25, 30  # its own defaults, in characters of normalised code


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:

        @cache
        def written(text: str) -> str:
            path = Path(folder) / f"{abs(hash(text))}.sol"
            path.write_text(text)
            return str(path)

        @cache
        def prints(text: str, starter: str) -> copydetect.CodeFingerprint:
            window = GUARANTEE - NOISE + 1
            given = copydetect.CodeFingerprint(written(starter), NOISE, window).hashes
            given = np.array(sorted(given))
            return copydetect.CodeFingerprint(written(text), NOISE, window, boilerplate=given)

        shares = []
        for starter, first, second in json.load(sys.stdin):
            _, similar, _ = copydetect.compare_files(prints(first, starter), prints(second, starter))
            shares.append(max(map(float, similar)))
        print(json.dumps(shares))


if __name__ == "__main__":
    main()
