"""Confine this process and turn it into a compiler: `python -I -S launch.py WORD … -- PROGRAM ARGUMENT …`.

A program of its own, because nothing safe can be done between fork and exec in a process with threads. It imports as
little as it can: it runs before every compile of a native solc. Words: `landlock` and `seccomp` put up those walls;
`read:PATH` and `run:PATH` may be read and run behind the first; `NAME=NUMBER` is a resource limit (RLIMIT_NAME);
`die-with-parent` says what it says.
"""

import contextlib
import os
import resource
import signal
import sys

if __name__ == "__main__":  # without the packages of this Python, which take ten times as long to find
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120

from evmbox.isolation import landlock, privileges, seccomp

PR_SET_PDEATHSIG = 1
PASSED_ON = ("LANG", "OPENSSL_CONF")


def main() -> None:
    """Do what the words say, then run the program."""
    end = sys.argv.index("--")
    words, command = sys.argv[1:end], sys.argv[end + 1 :]
    if "die-with-parent" in words:
        privileges.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for name, _, number in (word.partition("=") for word in words if "=" in word and ":" not in word):
        with contextlib.suppress(ValueError):  # a limit already lower than ours stays; a platform may not know one
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (int(number), int(number)))
    privileges.give_up(dumpable=True)
    if "landlock" in words:
        landlock.restrict(
            readable=[word.removeprefix("read:") for word in words if word.startswith("read:")],
            executable=[word.removeprefix("run:") for word in words if word.startswith("run:")],
        )
    if "seccomp" in words:
        seccomp.install(seccomp.compiler_filter(os.getpid()))
    os.execve(command[0], command, {name: os.environ[name] for name in PASSED_ON if name in os.environ})  # noqa: S606


if __name__ == "__main__":
    main()
