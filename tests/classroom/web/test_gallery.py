"""The gallery shows what it has, and says in words what it shows."""

import re

from support.gallery import FOLDER, INDEX, PARTS


def test_every_picture_is_there_is_small_and_is_told_in_words() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(images/gallery/(\S+)\)", INDEX.read_text(encoding="utf-8"))
    assert [name for _, name in shown] == [f"{shot.name}.webp" for shots in PARTS.values() for shot in shots]
    assert {name for _, name in shown} == {path.name for path in FOLDER.iterdir()}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_500_000
    assert len({alt for alt, _ in shown}) == len(shown)
