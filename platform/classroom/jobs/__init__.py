"""The job consumer: takes leases on jobs, has them graded by the sandbox's pool, hands the verdicts in.

A queue carries ids from the API to the consumer (`queue`), the consumer supervises (`consumer`) and tells the API what
moved (`wake`). While it has a slot free it compiles what is being typed (`ahead`). What a job does to the record is
decided in the services; nothing here writes a table by itself.
"""

from classroom.jobs.consumer import run_consumer
from classroom.jobs.queue import Queue

__all__ = ["Queue", "run_consumer"]
