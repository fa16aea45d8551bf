"""Find Chromium for the browser tests, or install it where that can be done (Debian and its kin, as root).

Never fails: without a browser the tests that need one are skipped, and this says so loudly, before and after.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Give the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install Debian's Chromium, quietly."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium", "fonts-dejavu-core"]):
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            sys.stdout.write(f"{' '.join(command)} failed: {result.stderr.strip()[-500:]}\n")
            return


def main() -> int:
    """Find or install, and say what came of it."""
    if find() is None and shutil.which("apt-get") and os.geteuid() == 0:
        sys.stdout.write("Chromium is not here; installing it for the browser tests …\n")
        install()
    if find() is None:
        bar = "!" * 78
        advice = "Install chromium, or set CHROMIUM to its path."
        sys.stdout.write(f"{bar}\n!! No Chromium: THE BROWSER TESTS WILL NOT RUN. {advice}\n{bar}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
