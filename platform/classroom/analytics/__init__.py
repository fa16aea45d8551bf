"""What the attempts at an exercise say about it, and about those who tried.

Counted from the narrow rows of `findings`, `progress` and `hints_taken`: how it went, how long it took, where and in
which way attempts fail, whether hints helped, how hard the exercise is and whether it tells learners apart. Every
figure is of the learners whom the asker looks after. Reports are opened for the few examples that are shown.
"""

from classroom.analytics.exercise import of_exercise
from classroom.analytics.judging import FEWEST_FOR_DIFFICULTY, FEWEST_FOR_DISCRIMINATION
from classroom.analytics.overview import of_course

__all__ = ["FEWEST_FOR_DIFFICULTY", "FEWEST_FOR_DISCRIMINATION", "of_course", "of_exercise"]
