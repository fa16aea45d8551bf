"""How a whole cohort stands: the heat map of learners by exercises, its changes, and who is stuck on what.

Only the narrow rows of `progress` are counted, never attempts; reports are read of the few learners that are named.
Attempts may be 200,000, and a page has a third of a second.
"""

from classroom.cohort.changing import changes
from classroom.cohort.heat_map import heat_map
from classroom.cohort.needing_help import attention_of
from classroom.cohort.standing import look

__all__ = ["attention_of", "changes", "heat_map", "look"]
