"""The text in a learner's editor, kept as they type."""

from classroom import courses, drafts
from classroom.api.deps import CourseQuery, InPerson, InServices, check_open, learner_course, member_offer
from classroom.api.problems import documented
from classroom.api.routes.lessons import ExerciseId
from classroom.api.routing import api_router
from classroom.jobs.ahead import hint
from classroom.models import Draft
from classroom.schemas import DraftIn, DraftOut

router = api_router("drafts", 401, 403, 404, 422, 503)


@router.get("/exercises/{exercise_id}/draft")
def show_draft(exercise_id: ExerciseId, person: InPerson, services: InServices, course: CourseQuery = None) -> DraftOut:
    """Show the draft the server holds; 404 where nothing was typed yet."""
    with services.database.read() as session:
        offered = member_offer(session, services, person, course)
        offered.exercise(exercise_id)
        return _out(drafts.get(session, offered.course, person.user, exercise_id))


@router.put("/exercises/{exercise_id}/draft", responses=documented(409, 413, 415))
def save_draft(
    exercise_id: ExerciseId, draft: DraftIn, person: InPerson, services: InServices, course: CourseQuery = None
) -> DraftOut:
    """Save the draft, unless it was changed since the revision it is based on."""
    with services.database.unit_of_work() as work:
        of_course = learner_course(work.session, person, course)
        check_open(work.session, person, courses.offer(work.session, of_course, services.catalog), exercise_id)
        saved = drafts.put(
            work.session,
            course=of_course,
            user=person.user,
            exercise_id=exercise_id,
            source=draft.source,
            revision=draft.revision,
        )
        user_id, draft_id = person.user.id, saved.id
        work.after_commit(lambda: hint(services.settings, user_id, draft_id))
    return _out(saved)


def _out(draft: Draft) -> DraftOut:
    return DraftOut(
        exercise_id=draft.exercise_id, source=draft.source, revision=draft.revision, updated_at=draft.updated_at
    )
