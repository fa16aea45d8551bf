"""The classroom's HTTP API as typed Python calls: in a learner's kernel, in an instructor's script, in the tests.

    from classroom.client import Client

    with Client("https://classroom.example", "hkc_…") as client:
        for grades in client.course_grades("solidity-2026"):
            print(grades.name, grades.percent)

The second argument is an API key (made on the account's page) or an access token; what it may do, its scopes say. A
client holds that and nothing else, and may be used from several threads.

Every call raises a `ClassroomError` of the class that fits the answer; nothing answered at all is `Unreachable`. Each
request may safely be sent twice (what makes something carries an idempotency key, a draft its revision, a chain its
name), but for what is sent to a chain; so a broken connection, or a classroom that is busy for a moment, is tried again
a few times before anyone is bothered. Long lists are read page by page while they are iterated over.
"""

from classroom.client.connection import Unreachable
from classroom.client.guiding import Guiding
from classroom.client.helping import Helping
from classroom.client.learning import Learning
from classroom.client.teaching import Teaching
from classroom.client.watching import Watching

__all__ = ["Client", "Unreachable"]


class Client(Learning, Helping, Teaching, Guiding, Watching):
    """One connection pool to one classroom, for one person. Safe to use from several threads."""
