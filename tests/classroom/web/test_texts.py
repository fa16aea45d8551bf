"""One catalogue of texts: nothing visible stands outside it, and a language is added by a file."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from fastapi import Request

from classroom.apps import words
from classroom.audit_log import Action
from classroom.errors import ClassroomError
from classroom.jobs.kinds import KINDS
from classroom.web import names, render, texts

WEB = Path(render.__file__).parent
APPS = Path(words.__file__).parent
TEMPLATES = [*(WEB / "templates").glob("*.html"), *(APPS / "templates").glob("*.html")]
SAYING = {"_", "gettext", "marked", "ngettext"}
CALL = re.compile(r'\b(?:_|n?gettext)\((?:[^()"]|"[^"]*"|\([^()]*\))*\)')
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)

GERMAN = """
msgid "Lessons"
msgstr "Lektionen"

msgid "Welcome, %(name)s"
msgstr "Willkommen, %(name)s"

msgid "%(num)s minute"
msgid_plural "%(num)s minutes"
msgstr[0] "%(num)s Minute"
msgstr[1] "%(num)s Minuten"
"""


def outside(template: str) -> list[str]:
    """List what a reader would see of a template that no catalogue holds."""
    text = re.sub(r"\{% trans\b.*?\{% endtrans %\}|\{#.*?#\}|\{% block main_class %\}.*?\{% endblock %\}", "", template)
    text = re.sub(r"<meta[^\n]*color-scheme[^\n]*|<link[^\n]*media=[^\n]*", "", text)
    text = CALL.sub("", text)
    literals = [each for found in EXPRESSION.findall(text) for each in re.findall(r'"([^"]*)"', found)]
    said = [each for each in literals if re.search(r"^[A-Z][a-z]|[a-z] [a-z]", each)]
    text = EXPRESSION.sub("", text)
    said += [
        each
        for each in re.findall(r'(?:aria-label|alt|placeholder|title)="([^"]*)"', text)
        if re.search(r"[A-Za-z]", each)
    ]
    text = re.sub(r"<code\b[^>]*>.*?</code>|<!doctype[^>]*>", "", text, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", "\n", text).replace("Hyperkit Classroom", "")
    return said + [line.strip() for line in words.splitlines() if re.search(r"[A-Za-z]{2}", line)]


@pytest.mark.parametrize("path", sorted(TEMPLATES), ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_every_word_of_a_page_comes_from_the_catalogue(path: Path) -> None:
    found = outside(path.read_text(encoding="utf-8"))
    assert found == []


def said_outside(source: str) -> list[str]:
    """List the sentences of Python that no catalogue holds."""
    tree = ast.parse(source)
    held: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
            held.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAYING:
            held |= {id(part) for given in node.args for part in ast.walk(given)}
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in held]
    return [each for each in words if isinstance(each, str) and re.search(r"[A-Za-z]{2,} [a-z]", each)]


@pytest.mark.parametrize("path", sorted(set(WEB.glob("*.py")) - {WEB / "__main__.py"}), ids=lambda path: path.name)
def test_every_sentence_of_the_pages_python_comes_from_the_catalogue(path: Path) -> None:
    found = said_outside(path.read_text(encoding="utf-8"))
    assert found == []


def test_no_sentence_stands_in_the_scripts_of_lesson_apps() -> None:
    """They say what the page carries, by name; and the page carries every name."""
    scripts = {path: path.read_text(encoding="utf-8") for path in (APPS / "static").glob("*.js")}
    for path, script in scripts.items():
        code = re.sub(r"//[^\n]*|/\*.*?\*/", "", script, flags=re.DOTALL)
        bare = [each for each in re.findall(r"[\"`]([A-Z][a-z]+(?: [^\"`]*)?)[\"`]", code) if " " in each]
        assert [each for each in bare if not each.startswith("JupyterLab ")] == [], path.name
    said = {name for script in scripts.values() for name in re.findall(r'\b(?:say|words)\("(\w+)"', script)}
    said |= set(re.findall(r'words\([^()]*\? "(\w+)" : "(\w+)"', "".join(scripts.values()))[0])
    assert said == set(words.for_script())


def test_a_bare_sentence_is_found() -> None:
    assert outside('<p>{{ _("Held") }}</p><p title="Bare {{ x }}">Not held</p>') == ["Bare ", "Not held"]
    assert said_outside('"""Of a docstring, only."""\nx = _("It is held")\ny = f"Not held {x}"') == ["Not held "]


def test_the_template_for_translators_holds_every_text_there_is() -> None:
    options = {"encoding": "utf-8", "trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
    found = {
        message
        for folder in (WEB, APPS)
        for *_, message, _, _ in extract_from_dir(
            folder, methods, {"**/templates/**.html": options}, keywords=keywords, directory_filter=lambda _: True
        )
    }
    with (texts.LOCALES / "portal.pot").open("rb") as template:
        held = {message.id for message in read_po(template) if message.id}
    assert held == found, "make texts"


def test_what_the_services_know_by_a_short_name_has_a_name_in_the_catalogue() -> None:
    assert set(names.ACTIONS) == set(Action)
    assert {kind.name: kind.title for kind in KINDS.values()} == names.JOBS
    refusals = [ClassroomError, *ClassroomError.__subclasses__()]
    assert {each.status_code: each.title for each in refusals if each.__module__ == "classroom.errors"}.items() <= (
        names.PROBLEMS.items()
    )


def accepting(language: str) -> Request:
    return Request({"type": "http", "headers": [(b"accept-language", language.encode())]})


def test_a_language_is_added_by_a_file_and_chosen_by_the_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "de/LC_MESSAGES/portal.po"
    path.parent.mkdir(parents=True)
    path.write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(texts, "LOCALES", tmp_path)
    at = datetime(2031, 5, 3, 14, 5, tzinfo=UTC)
    page = (
        "{{ page_language() }} {{ _('Welcome, %(name)s', name='<Ada>') }} {{ _('Courses') }} {{ at | day }} "
        "{{ ngettext('%(num)s minute', '%(num)s minutes', 2) }} {{ much | number }} "
        "{{ much | points }} {{ part | percent }} {{ none_of_it | percent }}"
    )
    template = render._ENVIRONMENT.from_string(page)
    with texts.speaking(accepting("fr;q=0.9, de-AT, en;q=0.5")):
        german = template.render(at=at, much=1234.5, part=46.4651, none_of_it=0.04)
    with texts.speaking(accepting("fr, en;q=0.5")):
        english = template.render(at=at, much=1234.5, part=46.4651, none_of_it=0.04)
    assert german == "de Willkommen, &lt;Ada&gt; Courses 3. Mai 2031 2 Minuten 1.234,5 1.234,5 46,5\xa0% 0\xa0%"
    assert english == "en Welcome, &lt;Ada&gt; Courses 3 May 2031 2 minutes 1,234.5 1,234.5 46.5% 0%"
    with texts.speaking(accepting("x;q=nonsense,,;q=1,-")):
        assert texts.language().tag == "en"
