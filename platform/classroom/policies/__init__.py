"""The privacy page and the terms of use: Markdown that an institution may replace by files in the data folder."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from classroom.settings import Settings

_DEFAULTS: Final = Path(__file__).parent
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_VERSION_DIGITS: Final = 12


class Document(StrEnum):
    """What there is to read before one agrees."""

    PRIVACY = "privacy"
    TERMS = "terms"


@dataclass(frozen=True)
class Policy:
    """One of them, as it stands now. Any change of the text is another `version`."""

    document: Document
    text: str
    version: str

    @property
    def html(self) -> str:
        """The text as HTML; what is HTML in it is shown and not obeyed."""
        rendered: str = _MARKDOWN.render(self.text)
        return rendered


def path_of(settings: Settings, document: Document) -> Path:
    """Tell where an institution puts its own text."""
    return settings.policies_dir / f"{document}.md"


def read(settings: Settings, document: Document) -> Policy:
    """Read the institution's text, or the one that comes with the platform where there is none."""
    try:
        text = path_of(settings, document).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        text = (_DEFAULTS / f"{document}.md").read_text(encoding="utf-8")
    return Policy(document, text, hashlib.sha256(text.encode()).hexdigest()[:_VERSION_DIGITS])


def versions(settings: Settings) -> dict[Document, str]:
    """Give the versions that are in force."""
    return {document: read(settings, document).version for document in Document}
