"""What a consumer tells of the jobs it does: a line in the log, figures and, where a setting says so, traces."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from classroom.models import JobState, now
from classroom.submissions import GRADE
from classroom.telemetry.figures import JobFigures
from classroom.telemetry.logs import REQUEST_ID
from classroom.telemetry.tracing import TRACEPARENT, Stages, Tracing
from classroom.workload import Claim, Moved
from evmbox.pool import Counts

logger = logging.getLogger("classroom.job")


@dataclass(frozen=True)
class Ended:
    """A job that left a worker: its kind, where it is now, how long it was worked on.

    A worker that was lost cannot say for how long. `stages` are those of a verdict, in seconds.
    """

    kind: str
    state: str
    took_s: float | None
    stages: Mapping[str, float] = field(default_factory=dict)


class Measuring:
    """Follows jobs. `observe` is told of every one that leaves a worker. Thread-safe."""

    def __init__(self, observe: Callable[[Ended], object], tracing: Tracing) -> None:
        self._observe = observe
        self._tracing = tracing
        self._figures = JobFigures()

    @contextmanager
    def following(self, claim: Claim) -> Iterator[Stages]:
        """Have what is done in this block told with the request that ordered the job; gives its stages to enter."""
        request_id, traceparent = REQUEST_ID.set(claim.request_id), TRACEPARENT.set(claim.traceparent)
        stages = Stages(self._tracing)
        try:
            with self._tracing.span(
                "job",
                kind=claim.kind.name,
                job_id=str(claim.job_id),
                attempt=claim.attempt,
                request_id=claim.request_id,
            ):
                try:
                    yield stages
                finally:
                    stages.leave()
        finally:
            TRACEPARENT.reset(traceparent)
            REQUEST_ID.reset(request_id)

    def ended(self, claim: Claim, state: str, took_s: float, stages: Mapping[str, float]) -> None:
        """Tell of a job that left its worker."""
        told: Mapping[str, float] = {}
        if claim.kind is GRADE and state == JobState.DONE.value:
            told = {**stages, "click": (now() - claim.ordered_at).total_seconds()}
        logger.info(
            "job",
            extra={
                "request_id": claim.request_id,
                "job_id": str(claim.job_id),
                "kind": claim.kind.name,
                "state": state,
                "attempt": claim.attempt,
                "ms": round(took_s * 1000, 1),
            },
        )
        self._tell(Ended(claim.kind.name, state, took_s, told))

    def taken_back(self, moved: Moved) -> None:
        """Tell of a job whose worker was lost."""
        logger.warning(
            "job taken back", extra={"job_id": str(moved.job_id), "kind": moved.kind, "state": moved.state.value}
        )
        self._tell(Ended(moved.kind, moved.state.value, None))

    def dump(self, pools: Mapping[str, Counts | None]) -> list[dict[str, Any]]:
        """Give the figures as data; a pool that is not there now has none."""
        return self._figures.dump({name: counts for name, counts in pools.items() if counts is not None})

    def _tell(self, ended: Ended) -> None:
        self._figures.ended(ended.kind, ended.state, ended.took_s, ended.stages)
        self._observe(ended)
