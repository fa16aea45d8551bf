"""What is counted and measured, and how it is told to Prometheus.

The API counts its own. A job consumer is another process, perhaps on another host: what it counts goes into its row
with every heartbeat, as data, and the API tells it on. So there is one address to ask, whatever runs where.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from evmbox.pool import Counts

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began tells nobody anything here, and doubles what is told

REQUEST_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
STAGE_BUCKETS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.0, 5.0, 15.0, 60.0)
JOB_BUCKETS_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0, 3600.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"
"""What is not one of ours, in one series: who asks may make up any path and any method."""


class RequestFigures:
    """What the API counts as it answers. Thread-safe."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Histogram(
            "classroom_http_request_seconds",
            "Time until the head of an answer left, by route template.",
            ("method", "route", "status"),
            buckets=REQUEST_BUCKETS_S,
            registry=registry,
        )
        self._sign_ins = Counter(
            "classroom_sign_ins", "Tries to sign in, by how they ended.", ("outcome",), registry=registry
        )
        for outcome in ("right", "wrong"):
            self._sign_ins.labels(outcome)

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count a request."""
        method = method if method in METHODS else OTHER
        self._requests.labels(method, route or OTHER, str(status)).observe(seconds)

    def signed_in(self, right: bool) -> None:
        """Count a try to sign in."""
        self._sign_ins.labels("right" if right else "wrong").inc()


class JobFigures:
    """What a consumer counts as it does jobs. Thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._ended = Counter(
            "classroom_jobs_ended",
            "Leases that ended, by where the job was then: done, retrying, dead, cancelled, queued again, lost.",
            ("kind", "state"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "classroom_job_seconds",
            "Time a worker spent on a job that was done.",
            ("kind",),
            buckets=JOB_BUCKETS_S,
            registry=self.registry,
        )
        self._verdicts = Histogram(
            "classroom_verdict_seconds",
            "Time to a verdict by stage; `click` is from the row of the attempt to the row of its verdict.",
            ("stage",),
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )

    def ended(self, kind: str, state: str, seconds: float | None, stages: Mapping[str, float]) -> None:
        """Count the end of a lease; `stages` are those of a verdict, in seconds."""
        self._ended.labels(kind, state).inc()
        if seconds is not None and state == "done":
            self._seconds.labels(kind).observe(seconds)
        for stage, took_s in stages.items():
            self._verdicts.labels(stage).observe(took_s)

    def dump(self, pools: Mapping[str, Counts]) -> list[dict[str, Any]]:
        """Give everything as data that fits into a row."""
        return [
            {
                "name": family.name,
                "help": family.documentation,
                "type": family.type,
                "samples": [[sample.name, sample.labels, sample.value] for sample in family.samples],
            }
            for family in (*self.registry.collect(), *of_pools(pools))
        ]


def of_pools(pools: Mapping[str, Counts]) -> Iterator[Metric]:
    """Tell of pools, by what each is for."""
    gauges = {"slots": "Slots a pool has.", "free": "Slots that nobody holds.", "waiting": "Callers who wait for one."}
    for name, about in gauges.items():
        gauge = GaugeMetricFamily(f"classroom_pool_{name}", about, labels=["pool"])
        for pool, counts in pools.items():
            gauge.add_metric([pool], getattr(counts, name))
        yield gauge
    counters = {"forks": "Processes forked for jobs.", "restarts": "Templates that were lost and replaced."}
    for name, about in counters.items():
        counter = CounterMetricFamily(f"classroom_pool_{name}", about, labels=["pool"])
        for pool, counts in pools.items():
            counter.add_metric([pool], getattr(counts, name))
        yield counter
    cache = CounterMetricFamily("classroom_compile_cache", "Compilations asked for.", labels=["pool", "result"])
    for pool, counts in pools.items():
        cache.add_metric([pool, "hit"], counts.cache_hits)
        cache.add_metric([pool, "miss"], counts.cache_misses)
    yield cache


def gauge(name: str, about: str, values: Mapping[str, float], label: str) -> Metric:
    """Tell a value for each of several things."""
    made = GaugeMetricFamily(name, about, labels=[label])
    for thing, value in values.items():
        made.add_metric([thing], value)
    return made


class Told(Collector):
    """Families that were gathered before, for one answer; those of one name become one."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families: dict[str, Metric] = {}
        for family in families:
            if family.name in self._families:
                self._families[family.name].samples.extend(family.samples)
            else:
                self._families[family.name] = family

    def collect(self) -> Iterable[Metric]:
        """Give them."""
        return self._families.values()


def read(dumped: Iterable[Mapping[str, Any]], *, worker: str) -> Iterator[Metric]:
    """Make families again of what a consumer has dumped, each sample with the consumer's name."""
    for each in dumped:
        family = Metric(each["name"], each["help"], each["type"])
        for name, labels, value in each["samples"]:
            family.add_sample(name, {**labels, "worker": worker}, value)
        yield family
