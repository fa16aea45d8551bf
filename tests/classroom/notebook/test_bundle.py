"""The bundle: built from its sources, it needs nothing from anywhere, and its parts pass their own tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "platform/web-src"
NODE = Path(sys.executable).parent / "node"
LAB = "JupyterLab's extension"
STANDARDS = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"}
"""Names of XML vocabularies. They look like addresses; nothing is fetched from there."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the bundle into a folder of its own."""
    folder = tmp_path_factory.mktemp("static")
    subprocess.run([NODE, "build.mjs", folder], cwd=SOURCES, check=True, capture_output=True, timeout=120)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()} | {
        LAB: (folder / "labextensions/hyperkit-classroom/static/remoteEntry.js").read_text(encoding="utf-8")
    }


def test_the_parts_pass_their_tests() -> None:
    tests = sorted(str(path) for path in (SOURCES / "test").glob("*.test.js"))
    assert tests
    ran = subprocess.run(
        [NODE, "--test", *tests], cwd=SOURCES, check=False, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stdout


def test_the_bundle_is_a_module_for_widgets_one_for_the_portal_and_one_style_sheet(bundle: dict[str, str]) -> None:
    assert set(bundle) == {"exercise.js", "replay.js", "exercise.css", LAB}
    assert re.search(r"export\s*\{", bundle["exercise.js"])


def test_the_bundle_fits_its_budget(bundle: dict[str, str]) -> None:
    assert len(bundle["exercise.js"].encode()) < 600_000
    assert len(bundle["replay.js"].encode()) < 400_000
    assert len(bundle["exercise.css"].encode()) < 50_000
    assert len(bundle[LAB].encode()) < 20_000, "CodeMirror is JupyterLab's own, not a second one"


def test_nothing_is_loaded_from_another_host(bundle: dict[str, str]) -> None:
    for name, text in bundle.items():
        addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'`)\\]*", text))
        # In minified code a comment's or expression's // may stand before a word with a dot; a scheme may not.
        assert {address for address in addresses if "://" in address} <= STANDARDS, name
    # A statement begins the text or follows another; what help says of Solidity's own import stands in quotes.
    imports = r"\bimport\s*\(|(?:^|[;}\n])\s*import\s*[\w{*\"'].{0,200}?from\s*[\"']"
    assert not re.search(imports, bundle["exercise.js"]), "all in one"
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts)\b", bundle["exercise.js"]
    )
    assert not re.search(r"@import|url\((?![\"']?data:)", bundle["exercise.css"])
    assert "sourceMappingURL" not in "".join(bundle.values())


def test_no_source_of_ours_makes_markup_of_text() -> None:
    for path in (SOURCES / "src").rglob("*.js"):
        unsafe = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert unsafe is None, f"{path.name} uses {unsafe and unsafe.group()}"


def test_both_themes_have_enough_contrast() -> None:
    """WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (controls, 3:1), each colour on each surface it stands on."""
    css = "".join(path.read_text() for path in sorted((SOURCES / "src/css").glob("*.css")))
    pairs = re.findall(r"(?:--hk-([\w-]+)|\.hk \.hk-([\w-]+) \{ color): light-dark\((#\w+), (#\w+)\)", css)
    colours = {token or f"code {name}": (light, dark) for token, name, light, dark in pairs}
    syntax = [name for name in colours if name.startswith("code ")]
    assert len(syntax) >= 8
    wanted = [
        *((text, surface, 4.5) for text in ("text", "quiet", "accent") for surface in ("surface", "sunken")),
        *((text, "surface", 4.5) for text in syntax),
        *((tone, surface, 4.5) for tone in ("pass", "fail", "care") for surface in ("surface", f"{tone}-bg")),
        *(("text", f"{tone}-bg", 4.5) for tone in ("pass", "fail", "care", "accent")),
        ("fail", "sunken", 4.5),
        ("care", "sunken", 4.5),
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("control", "surface", 3.0),
    ]
    for front, back, least in wanted:
        for theme in (0, 1):
            contrast = _contrast(colours[front][theme], colours[back][theme])
            assert contrast >= least, f"{front} on {back} in the {('light', 'dark')[theme]} theme: {contrast:.2f}"


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
