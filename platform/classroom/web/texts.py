"""The one catalogue of the pages' words, in the language of who looks. No page's own content.

The English text is the key. A language is a file `locale/<language>/LC_MESSAGES/portal.po` (`make texts` writes the
template that translators start from); the visitor's browser says which of them is wanted. Dates and numbers follow.
"""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, parse_pattern
from babel.support import NullTranslations, Translations
from fastapi import Request
from jinja2 import Environment

LOCALES: Final = Path(__file__).parent / "locale"
_ENGLISH_TAG: Final = "en-GB"


@dataclass(frozen=True)
class Language:
    """What a language says, and how it writes dates and numbers."""

    locale: Locale
    words: NullTranslations

    @property
    def tag(self) -> str:
        """Name it as HTML does, such as `pt-BR`; the portal's own English is plain `en`."""
        return "en" if self.locale.language == "en" else str(self.locale).replace("_", "-")


@cache
def _language(tag: str, folder: Path) -> Language:
    path = folder / tag.replace("-", "_") / "LC_MESSAGES" / "portal.po"
    if not path.exists():
        return Language(Locale.parse(tag, sep="-"), NullTranslations())
    with path.open("rb") as text:
        catalog = read_po(text, locale=tag.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Language(Locale.parse(tag, sep="-"), Translations(compiled))


_speaking: ContextVar[Language] = ContextVar("language")


def languages() -> list[str]:
    """List the languages there are, English first, as HTML names them."""
    return ["en", *sorted(path.parents[1].name.replace("_", "-") for path in LOCALES.glob("*/LC_MESSAGES/portal.po"))]


def choose(accepts: str) -> Language:
    """Choose the language for an Accept-Language header: the best that there is, else English."""
    wanted = []
    for part in accepts[:512].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag))
        except ValueError:
            continue
    best = negotiate_locale([tag for _, tag in sorted(wanted, key=lambda each: each[0])], languages(), sep="-")
    return _language(_ENGLISH_TAG if best in {None, "en"} else str(best), LOCALES)


def language() -> Language:
    """Give the language of the page that is being made."""
    return _speaking.get(None) or _language(_ENGLISH_TAG, LOCALES)


def speaking(request: Request) -> AbstractContextManager[Language]:
    """Make what is said inside be said in the language that the visitor's browser asks for."""
    return speaking_to(request.headers.get("accept-language", ""))


@contextmanager
def speaking_to(accepts: str) -> Iterator[Language]:
    """Make what is said inside be said in the language that an Accept-Language header asks for."""
    token = _speaking.set(choose(accepts))
    try:
        yield language()
    finally:
        _speaking.reset(token)


def marked(message: str) -> str:
    """Mark a text that is translated later, by `gettext`, for who collects the texts."""
    return message


def gettext(message: str) -> str:
    """Say a text in the language of the page; it may hold named places such as %(name)s, filled in afterwards."""
    return language().words.gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Say a text with a number, in the form that the number asks for."""
    return language().words.ngettext(one, many, number)


def day(at: datetime) -> str:
    """Write a date out, such as `3 May 2031`."""
    return format_date(at, "long", locale=language().locale)


def moment(at: datetime) -> str:
    """Write a date and time out, in UTC, such as `3 May 2031, 14:05 UTC`."""
    locale = language().locale
    return f"{day(at)}, {format_time(at, 'HH:mm', locale=locale)} UTC"


def number(value: float) -> str:
    """Write a number as the language does."""
    return format_decimal(value, locale=language().locale)


def points(value: float) -> str:
    """Write points as the language writes numbers, with two decimals at most."""
    return _decimal(round(value, 2), language().locale)


def percent(value: float) -> str:
    """Write a part of a hundred as the language does, with one decimal at most, such as `46.5%`."""
    return _percent(round(value, 1), language().locale)


@lru_cache(maxsize=4096)
def _decimal(value: float, locale: Locale) -> str:
    return format_decimal(value, "#,##0.##", locale=locale)


@lru_cache(maxsize=4096)
def _percent(value: float, locale: Locale) -> str:
    pattern = locale.percent_formats[None].pattern.replace("##0", "##0.#", 1)
    return str(parse_pattern(pattern).apply(value / 100, locale))


def listed(items: list[str]) -> str:
    """Write names in a row, such as `a, b and c`."""
    return format_list(items, locale=language().locale) if items else ""


def teach(environment: Environment) -> None:
    """Give templates the words: `_()`, `{% trans %}` and filters for days, moments, numbers, points, percent, lists."""
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(day=day, moment=moment, number=number, points=points, percent=percent, listed=listed)
    environment.globals["page_language"] = lambda: language().tag
