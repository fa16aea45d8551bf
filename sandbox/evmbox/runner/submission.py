"""What is handed from the side that compiles to the side that runs: data, and nothing that can do anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evmbox.compiler import Compilation

NO_HELPERS = Compilation()


@dataclass(frozen=True)
class Submission:
    """A submission as it is judged: its source, what became of it, and the contracts that its checks deploy.

    `others` is what else a kind of exercise has compiled, by a name of that kind's choice.
    """

    source: str
    compilation: Compilation = NO_HELPERS
    helpers: Compilation = NO_HELPERS
    others: Mapping[str, Compilation] = field(default_factory=dict)

    def silent(self) -> "Submission":
        """Return it without the compiler's diagnostics, which may be many and need not travel there and back."""
        return replace(self, compilation=replace(self.compilation, diagnostics=()))
