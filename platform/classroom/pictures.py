"""Looks into pictures that are programs too: an SVG may hold scripts, and load what is elsewhere.

A lesson's page shows pictures as pictures, where a browser runs none of that. But a picture can be opened by itself,
and what nobody can read by looking at it should not be there.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

REFUSED: Final = frozenset({"script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "set"})
"""Elements that run, or hold what is no drawing. `set` may write a script's address into an attribute."""

_ANIMATES: Final = frozenset({"animate", "animatetransform"})
_ELSEWHERE: Final = re.compile(r"@import|url\(\s*['\"]?(?!['\"#]|data:image/)|javascript:|\\", re.IGNORECASE)
"""What loads or runs something in a style; and the backslash, by which one could write it otherwise."""


def whats_wrong_with(svg: bytes) -> str | None:
    """Say what an SVG holds that a lesson's may not, or None: a drawing of its own, which runs and loads nothing."""
    try:
        text = svg.decode("utf-8-sig")
        if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
            return "it declares entities, which can hide anything"
        if re.search(r"<\?(?!xml\s)", text, re.IGNORECASE):
            return "it has an instruction for other programs"
        root = ET.fromstring(text.encode())  # noqa: S314 - entities are refused above
    except (ET.ParseError, ValueError, LookupError) as error:
        return f"it is no XML in UTF-8: {error}"
    return next((wrong for element in root.iter() for wrong in _wrongs(element)), None)


def _wrongs(element: ET.Element) -> Iterator[str]:
    name = _local(element.tag)
    if name in REFUSED:
        yield f"it holds <{name}>"
    if name == "style" and _ELSEWHERE.search("".join(element.itertext())):
        yield "its style loads something"
    for key, value in element.attrib.items():
        attribute = _local(key)
        if attribute.startswith("on"):
            yield f"it holds the script {attribute}"
        if attribute in {"href", "src"} and not value.strip().lower().startswith(("#", "data:image/")):
            yield f"it leads to {value.strip()[:60]}"
        if name in _ANIMATES and attribute == "attributename" and _local(value) == "href":
            yield "it changes an address"
        if not attribute.endswith("href") and _ELSEWHERE.search(value):
            yield "its style loads something"


def _local(name: object) -> str:
    """Give a name without its namespace, in lower case."""
    return re.split(r"[}:]", str(name))[-1].lower()
