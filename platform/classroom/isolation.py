"""Whether this machine isolates what learners hand in strongly enough for how the classroom is used."""

from classroom.errors import Unavailable
from classroom.settings import Settings
from evmbox.isolation.ladder import Walls, find_walls
from evmbox.isolation.tier import Tier


def require_isolation(settings: Settings) -> Walls:
    """Return the walls of this machine. Raises Unavailable where they are too weak for more than one person."""
    walls = find_walls()
    if settings.multi_user and walls.tier is Tier.RLIMITS:
        raise Unavailable(
            "CLASSROOM_MULTI_USER is on, and this machine isolates submissions by resource limits alone, which is fit "
            f"for one's own laptop only. In the way of more: {'; '.join(walls.reasons)}. "
            "Mend one of these, or turn CLASSROOM_MULTI_USER off if nobody else uses this classroom."
        )
    return walls
