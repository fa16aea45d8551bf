"""Which files a source may import, and what to say about the others.

Only OpenZeppelin's two packages and the exercise's own files exist for the compiler. It is handed their text and is
never let near a file itself, so a file that is not handed over can't be read, whatever its name.
"""

import posixpath
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"

_PACKAGES = ("@openzeppelin/contracts/", "@openzeppelin/contracts-upgradeable/")
# Finds every import of a library file, and now and then one in a comment, which costs a little time and does no harm.
_MENTION = re.compile(r"""["'](@openzeppelin/contracts(?:-upgradeable)?/[A-Za-z0-9_./-]+\.sol)["']""")
# Good enough for OpenZeppelin's own files, which is all it reads.
_IMPORT = re.compile(r"""^\s*import\b[^;"']*["']([^"']+)["']""", re.MULTILINE)


class Library:
    """OpenZeppelin's contracts as they lie under `node_modules`, each file read once."""

    def __init__(self, node_modules: Path = NODE_MODULES) -> None:
        self._root = node_modules
        self._files: dict[str, tuple[str, tuple[str, ...]]] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all files that exist. Links are left out, and links to folders are not followed."""
        return frozenset(
            path.relative_to(self._root).as_posix()
            for package in _PACKAGES
            for path in (self._root / package).rglob("*.sol")
            if path.is_file() and not path.is_symlink()
        )

    def sources_for(self, texts: Iterable[str]) -> dict[str, str]:
        """Return the library files that `texts` mention and all that those import: text by name."""
        sources: dict[str, str] = {}
        wanted = [name for text in texts for name in _MENTION.findall(text)]
        while wanted:
            name = wanted.pop()
            if name in self.names and name not in sources:
                sources[name], imports = self._read(name)
                wanted.extend(imports)
        return sources

    def advice(self, name: str, extra_names: Iterable[str]) -> str:
        """Say what can be imported in place of `name`, which can't."""
        if name.startswith("@openzeppelin/"):
            file_name = posixpath.basename(name)
            matches = [known for known in self.names if posixpath.basename(known) == file_name]
            near = min(matches, key=lambda known: (not name.startswith(_package(known)), known), default=None)
            meant = f'Did you mean "{near}"?' if near else "Check the path and the spelling."
            return f"OpenZeppelin has no such file in this version. {meant}"
        own = "".join(f', "./{extra}"' for extra in sorted(extra_names))
        return (
            f'A source can import "{_PACKAGES[0]}…", "{_PACKAGES[1]}…"{own} and nothing else: '
            "no other files, no other packages, nothing from the network."
        )

    def version_advice(self) -> str:
        """Say what to do about a file of the library that an older compiler can't read."""
        return "This file of OpenZeppelin's needs a newer compiler than this exercise uses. Do without it here."

    def _read(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Return the text of a library file and the names of what it imports."""
        if name not in self._files:
            text = (self._root / name).read_text(encoding="utf-8")
            folder = posixpath.dirname(name)
            imports = tuple(
                posixpath.normpath(posixpath.join(folder, target)) if target.startswith(".") else target
                for target in _IMPORT.findall(text)
            )
            self._files[name] = (text, imports)
        return self._files[name]


def _package(name: str) -> str:
    """Return the package of a library file, with the slash at its end."""
    return next(package for package in _PACKAGES if name.startswith(package))
