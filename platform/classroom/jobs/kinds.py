"""The kinds of job there are, what is done again and again, and who writes which export."""

from datetime import timedelta
from typing import Final

from classroom.exports import EXPORT, Exporters
from classroom.regrades import REGRADE
from classroom.runs import COMPILE, DEPLOY
from classroom.submissions import GRADE
from classroom.workload import Kind, Kinds, Lane, Periodic, Retry

TIDY: Final = Kind(
    name="tidy",
    title="Clear away what was kept for long enough",
    lane=Lane.BACKGROUND,
    priority=0,
    limit_s=600,
    retry=Retry(times=3, first_s=60),
    concurrency=1,
)

KINDS: Final = Kinds(GRADE, COMPILE, DEPLOY, EXPORT, REGRADE, TIDY)

PERIODIC: Final = (Periodic("tidy", TIDY, every=timedelta(hours=1)),)

EXPORTERS: Final[Exporters] = {}
