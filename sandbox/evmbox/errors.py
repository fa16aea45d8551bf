"""What can go wrong in the sandbox itself. A learner's mistake is never here: it is data in a `Report`.

EvmboxError
├── CompilerUnavailable     no solc on Node and no native solc: the machine lacks a part
├── ExerciseError           a file of an exercise folder is wrong; names the file and the remedy
├── ChainError              the lesson asked the chain for something that cannot be (an unknown account, a bad amount)
├── PoolClosed              work was handed to a pool that has been shut down
├── PoolBusy                more work waits than the pool takes
└── CalledOff               whoever ordered the work wants it no more

TimeUp stands apart: it is raised by an alarm in the middle of a job, and no `except Exception` may swallow it.
"""


class EvmboxError(Exception):
    """Something in the sandbox itself went wrong."""


class CompilerUnavailable(EvmboxError):
    """No usable Solidity compiler was found; the message says what to install."""


class ExerciseError(EvmboxError):
    """A file of an exercise folder is missing or wrong.

    `file` is relative to the exercise folder, `line` is 1-based or None, `remedy` says what to do.
    """

    def __init__(self, message: str, *, file: str, remedy: str, line: int | None = None) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {message} {remedy}")
        self.file = file
        self.line = line
        self.remedy = remedy


class ChainError(EvmboxError):
    """A lesson asked the chain for something that cannot be."""


class PoolClosed(EvmboxError):
    """The pool was shut down before this work began."""


class PoolBusy(EvmboxError):
    """More work waits than the pool takes; try again later."""


class CalledOff(EvmboxError):
    """Whoever ordered this work wants it no more."""


class TimeUp(BaseException):
    """The time a confined job may take is over."""
