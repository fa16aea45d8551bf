"""Work of every kind: one table, one state machine, whatever is to be done.

    queued ──► running ──► done
       ▲          │ ├────► cancelled    asked for by a person (while queued: at once)
       │          ▼ └────► dead         failed too often; may be requeued
       └────── retrying                 failed; tried again when its pause is over

A service makes a job with `add` (what a person orders, with `order`), in the transaction that makes what the job is
about. A worker takes a lease on it (`claim`), works outside any transaction, and hands in what came of it with
`finish`, in the transaction that writes the effects: the lease is the fence, so the effects happen once, whoever is
killed and however often a job is begun.
`release` gives a job back, `reap` takes leases that ran out away. The rows are the truth: whatever a queue loses,
repeats or makes up changes nothing but time. What a kind of job does is not known here; that is for the consumer's
handlers.
"""

from classroom.workload.kinds import Kind, Kinds, Lane, Params, Retry
from classroom.workload.lifecycle import (
    LONGEST_NUDGE,
    NUDGE_AFTER,
    Claim,
    Enqueue,
    Moved,
    Reaped,
    add,
    asked_to_cancel,
    beat,
    call_off,
    cancel,
    claim,
    finish,
    leave,
    note,
    reap,
    release,
    requeue,
)
from classroom.workload.ordering import order
from classroom.workload.periodic import Periodic, make_due
from classroom.workload.reading import Depth, dead, depths, events_of, get, live_workers, made_by, recent, to_out, waits

__all__ = [
    "LONGEST_NUDGE",
    "NUDGE_AFTER",
    "Claim",
    "Depth",
    "Enqueue",
    "Kind",
    "Kinds",
    "Lane",
    "Moved",
    "Params",
    "Periodic",
    "Reaped",
    "Retry",
    "add",
    "asked_to_cancel",
    "beat",
    "call_off",
    "cancel",
    "claim",
    "dead",
    "depths",
    "events_of",
    "finish",
    "get",
    "leave",
    "live_workers",
    "made_by",
    "make_due",
    "note",
    "order",
    "reap",
    "recent",
    "release",
    "requeue",
    "to_out",
    "waits",
]
