"""Who may come in where: a table, and every route of the app must stand in it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.routing import iter_route_contexts
from sqlmodel import col, select, update
from starlette.requests import Request

from classroom import accounts, courses
from classroom.api.app import create_app
from classroom.api.csrf import require_same_origin
from classroom.errors import Forbidden
from classroom.models import Credential, Job, Role, Scope, now
from classroom.settings import Settings

WITHOUT = ("nobody", *(f"{who}{by}" for who in ("disabled", "expired") for by in ("", " token", " kernel")))
NOBODY = dict.fromkeys(WITHOUT, 401)
UNBOUND = {"unbound kernel": 403}
STRANGERS = {"stranger": 404, "stranger token": 404, "stranger kernel": 404}
LEARNERS = ("lea", "lea token", "lea kernel", "leo", "otto", "otto kernel")
INSTRUCTORS_ONLY = ("ines", "ines token", "ines kernel")
ASSISTANTS = ("asa", "asa token", "asa kernel")
ADMINS = ("adele", "adele token", "adele kernel")  # in no course
EVERYONE = (*NOBODY, *UNBOUND, *STRANGERS, *LEARNERS, *INSTRUCTORS_ONLY, *ASSISTANTS, *ADMINS)


def each(callers, status):
    return dict.fromkeys(callers, status)


SANDBOX = {**each(EVERYONE, 200), **NOBODY}
PERSON = {**SANDBOX, **UNBOUND}
MEMBER = {**PERSON, **STRANGERS, **each(ADMINS, 404)}
OWN_DRAFT = {**MEMBER, **each((*LEARNERS, *INSTRUCTORS_ONLY, *ASSISTANTS), 404)}  # they see their own: there is none
LEARNER = {**MEMBER, **each((*INSTRUCTORS_ONLY, *ASSISTANTS), 403)}
LEAS_SUBMISSION = {**MEMBER, "leo": 404, "otto kernel": 404, "ines kernel": 404, **each(ASSISTANTS, 404)}
LEAS_SUBMISSION |= {"adele": 200, "adele token": 200}
LEAS_QUESTION = {caller: 404 if status == 200 else status for caller, status in LEAS_SUBMISSION.items()}
LEAS_QUESTION |= each(("lea", "lea token", "lea kernel"), 409)  # it has no verdict
LEAS_CHAIN = {**each(EVERYONE, 404), **NOBODY, **each(("lea", "lea token", "lea kernel"), 200)}
LEAS_CHAIN_ONCE = {caller: (204, 404) if status == 200 else status for caller, status in LEAS_CHAIN.items()}
KERNELS = each([caller for caller in EVERYONE if caller.endswith(" kernel") and caller not in NOBODY], 403)
OF_COURSE = {**MEMBER, "adele": 200, "adele token": 200}
STAFF = {**OF_COURSE, **each(LEARNERS, 403), "otto": 200, **KERNELS}
INSTRUCTOR = {**STAFF, "asa": 403, "asa token": 403}
PATS = {**STAFF, "asa": 404, "asa token": 404}  # who is in none of her groups


def where_allowed(rule, *statuses):
    return {caller: statuses if status == 200 else status for caller, status in rule.items()}


FOUNDER = {**where_allowed(INSTRUCTOR, 409), "stranger": 403, "stranger token": 403}  # the name is taken
ACCOUNT = {**each(EVERYONE, 200), **KERNELS, **NOBODY}
NO_SUCH = {caller: 404 if status == 200 else status for caller, status in ACCOUNT.items()}
ADMIN = {**ACCOUNT, **each([name for name in EVERYONE if ACCOUNT[name] == 200], 403), "adele": 200, "adele token": 200}
TOKENS = each((name for name in EVERYONE if name.endswith(" token")), 403)
LEAS_JOB = LEAS_SUBMISSION
OPERATORS_OF_LEAS_JOB = {**where_allowed(LEAS_JOB, 409), **KERNELS, "lea": 403, "lea token": 403}  # it is not dead
DEAD_JOBS = {**each(EVERYONE, 403), **NOBODY}
DEAD_JOBS |= each(("ines", "ines token", "otto", "adele", "adele token"), 200)
BACKUP = {**each(EVERYONE, 403), **NOBODY, "adele": 202, "adele token": 202}


def themselves(*statuses):
    """Who signed in themselves gets one of these, and what they only handed on gets none."""
    return {**each(EVERYONE, statuses), **KERNELS, **TOKENS, **NOBODY}


RULES = {
    "GET /openapi.json": each(EVERYONE, 200),
    "GET /healthz": each(EVERYONE, 200),
    "GET /readyz": each(EVERYONE, (200, 503)),
    "GET /metrics": each(EVERYONE, 200),  # from this machine; no account opens it from elsewhere
    "GET /api/v1/me": PERSON,
    "POST /api/v1/tokens": each(EVERYONE, (401, 429)),
    "POST /api/v1/tokens/refresh": each(EVERYONE, 401),
    "POST /api/v1/tokens/revoke": each(EVERYONE, 204),
    "POST /api/v1/sign-ups": each(EVERYONE, 403),  # an invite is needed
    "POST /api/v1/password-resets": each(EVERYONE, (202, 429)),
    "POST /api/v1/links/confirm": each(EVERYONE, 401),
    "POST /api/v1/links/reset": each(EVERYONE, 401),
    "GET /api/v1/account": ACCOUNT,
    "PATCH /api/v1/account": themselves(200),
    "PUT /api/v1/account/password": themselves(422),
    "PUT /api/v1/account/email": themselves(202),
    "GET /api/v1/account/sessions": ACCOUNT,
    "DELETE /api/v1/account/sessions": themselves(204),
    "DELETE /api/v1/account/sessions/{session_id}": NO_SUCH,
    "GET /api/v1/account/keys": ACCOUNT,
    "POST /api/v1/account/keys": themselves(201),
    "DELETE /api/v1/account/keys/{key_id}": NO_SUCH,
    "POST /api/v1/account/second-factor": themselves(201),
    "PUT /api/v1/account/second-factor": themselves(404, 422),
    "POST /api/v1/account/second-factor/off": themselves(204, 404),
    "POST /api/v1/account/recovery-codes": themselves(404),
    "POST /api/v1/account/export": where_allowed(ACCOUNT, 202, 429),
    "GET /api/v1/users": ADMIN,
    "POST /api/v1/users": where_allowed(ADMIN, 201, 409),
    "GET /api/v1/users/{user_id}": ADMIN,
    "PATCH /api/v1/users/{user_id}": ADMIN,
    "POST /api/v1/users/{user_id}/link": where_allowed(ADMIN, 201),
    "GET /api/v1/lessons": MEMBER,
    "GET /api/v1/lessons/{lesson_id}": MEMBER,
    "GET /api/v1/exercises/{exercise_id}": MEMBER,
    "GET /api/v1/exercises/{exercise_id}/draft": OWN_DRAFT,
    "PUT /api/v1/exercises/{exercise_id}/draft": LEARNER,
    "GET /api/v1/exercises/{exercise_id}/help": MEMBER,
    "POST /api/v1/exercises/{exercise_id}/hints": LEARNER,
    "POST /api/v1/exercises/{exercise_id}/give-up": LEARNER,
    "GET /api/v1/exercises/{exercise_id}/solution": LEARNER,  # who of them may read it is in test_hints.py
    "POST /api/v1/submissions": {name: 202 if status == 200 else status for name, status in LEARNER.items()},
    "GET /api/v1/submissions": MEMBER,
    "GET /api/v1/submissions/{submission_id}": LEAS_SUBMISSION,
    "GET /api/v1/submissions/{submission_id}/events": LEAS_SUBMISSION,
    "POST /api/v1/submissions/{submission_id}/traces": LEAS_SUBMISSION,
    "GET /api/v1/submissions/{submission_id}/discussion": LEAS_SUBMISSION,
    "POST /api/v1/submissions/{submission_id}/questions": LEAS_QUESTION,
    "POST /api/v1/questions/{question_id}/reopen": where_allowed(PERSON, 404),
    "POST /api/v1/questions/{question_id}/close": where_allowed(PERSON, 404),
    "PUT /api/v1/answers/{answer_id}/vote": where_allowed(PERSON, 404),
    "POST /api/v1/jobs": where_allowed(PERSON, 202),
    "POST /api/v1/jobs/backup": BACKUP,
    "GET /api/v1/jobs": PERSON,
    "GET /api/v1/jobs/dead": DEAD_JOBS,
    "GET /api/v1/jobs/{job_id}": LEAS_JOB,
    "GET /api/v1/jobs/{job_id}/result": where_allowed(PERSON, 404),
    "GET /api/v1/jobs/{job_id}/file": {**where_allowed(PERSON, 404), **KERNELS},
    "POST /api/v1/jobs/{job_id}/requeue": OPERATORS_OF_LEAS_JOB,
    "POST /api/v1/jobs/{job_id}/cancel": LEAS_JOB,
    "GET /api/v1/jobs/{job_id}/events": LEAS_JOB,
    "POST /api/v1/compile": SANDBOX,
    "POST /api/v1/scenarios": SANDBOX,
    "POST /api/v1/traces": SANDBOX,
    "POST /api/v1/chains": {**each(EVERYONE, (200, 201)), **NOBODY},
    "GET /api/v1/chains": {**each(EVERYONE, 200), **NOBODY},
    "DELETE /api/v1/chains/{chain_id}": LEAS_CHAIN_ONCE,
    "POST /rpc/{chain_id}": LEAS_CHAIN,
    "GET /api/v1/grades": LEARNER,
    "GET /api/v1/courses/{course}/class-hours": STAFF,
    "POST /api/v1/courses/{course}/class-hours": where_allowed(INSTRUCTOR, 201, 409),
    "GET /api/v1/courses/{course}/class-hours/{hour_id}": STAFF,
    "POST /api/v1/courses/{course}/class-hours/{hour_id}/more-time": where_allowed(INSTRUCTOR, 200, 409, 422),
    "POST /api/v1/courses/{course}/class-hours/{hour_id}/close": INSTRUCTOR,
    "PUT /api/v1/courses/{course}/class-hours/{hour_id}/shown": INSTRUCTOR,
    "GET /api/v1/courses": PERSON,
    "POST /api/v1/courses": FOUNDER,
    "GET /api/v1/courses/{course}": OF_COURSE,
    "PATCH /api/v1/courses/{course}": INSTRUCTOR,
    "PUT /api/v1/courses/{course}/plan": INSTRUCTOR,
    "PUT /api/v1/courses/{course}/chosen": where_allowed(MEMBER, 204),
    "GET /api/v1/courses/{course}/cohort": STAFF,
    "GET /api/v1/courses/{course}/exercises": STAFF,
    "GET /api/v1/courses/{course}/exercises/{exercise_id}/analytics": STAFF,
    "GET /api/v1/courses/{course}/learners/{user_id}": PATS,
    "GET /api/v1/courses/{course}/learners/{user_id}/attempts": PATS,
    "GET /api/v1/courses/{course}/learners/{user_id}/remarks": PATS,
    "POST /api/v1/courses/{course}/learners/{user_id}/remarks": where_allowed(PATS, 201),
    "DELETE /api/v1/courses/{course}/learners/{user_id}/remarks/{remark_id}": where_allowed(PATS, 404),
    "POST /api/v1/courses/{course}/learners/{user_id}/submissions": where_allowed(INSTRUCTOR, 202),
    "GET /api/v1/courses/{course}/questions": STAFF,
    "GET /api/v1/courses/{course}/questions/tally": STAFF,
    "POST /api/v1/courses/{course}/answers": where_allowed(STAFF, 404),
    "PATCH /api/v1/courses/{course}/answers/{answer_id}": where_allowed(STAFF, 404),
    "DELETE /api/v1/courses/{course}/answers/{answer_id}": where_allowed(STAFF, 404),
    "GET /api/v1/courses/{course}/cohort/map": STAFF,
    "GET /api/v1/courses/{course}/cohort/attention": STAFF,
    "GET /api/v1/courses/{course}/cohort/events": STAFF,
    "GET /api/v1/audit": ADMIN,
    "GET /api/v1/usage": ADMIN,
    "GET /api/v1/courses/{course}/usage": INSTRUCTOR,
    "GET /api/v1/courses/{course}/audit": INSTRUCTOR,
    "GET /api/v1/courses/{course}/grades": STAFF,
    "GET /api/v1/courses/{course}/grades.csv": STAFF,
    "GET /api/v1/courses/{course}/grades.json": STAFF,
    "PUT /api/v1/courses/{course}/overrides/{user_id}/{exercise_id}": INSTRUCTOR,
    "DELETE /api/v1/courses/{course}/overrides/{user_id}/{exercise_id}": where_allowed(INSTRUCTOR, 204, 404),
    "GET /api/v1/courses/{course}/regrades": INSTRUCTOR,
    "POST /api/v1/courses/{course}/regrades": where_allowed(INSTRUCTOR, 422),  # nothing is graded yet
    "GET /api/v1/courses/{course}/regrades/{regrade_id}": where_allowed(INSTRUCTOR, 404),
    "POST /api/v1/courses/{course}/regrades/{regrade_id}/publish": where_allowed(INSTRUCTOR, 404),
    "POST /api/v1/courses/{course}/regrades/{regrade_id}/discard": where_allowed(INSTRUCTOR, 404),
    "GET /api/v1/courses/{course}/people": STAFF,
    "POST /api/v1/courses/{course}/people": where_allowed(INSTRUCTOR, 201),
    "GET /api/v1/courses/{course}/people.csv": INSTRUCTOR,
    "POST /api/v1/courses/{course}/import": INSTRUCTOR,
    "PUT /api/v1/courses/{course}/people/{user_id}/roles/{role}": INSTRUCTOR,
    "DELETE /api/v1/courses/{course}/people/{user_id}/roles/{role}": where_allowed(INSTRUCTOR, 204, 404),
    "GET /api/v1/courses/{course}/groups": STAFF,
    "POST /api/v1/courses/{course}/groups": where_allowed(INSTRUCTOR, 409),  # there is one of that name
    "PUT /api/v1/courses/{course}/groups/{group_id}": INSTRUCTOR,
    "DELETE /api/v1/courses/{course}/groups/{group_id}": where_allowed(INSTRUCTOR, 204, 404),
    "PUT /api/v1/courses/{course}/groups/{group_id}/members/{user_id}": where_allowed(INSTRUCTOR, 204),
    "DELETE /api/v1/courses/{course}/groups/{group_id}/members/{user_id}": where_allowed(INSTRUCTOR, 204, 404),
    "GET /api/v1/courses/{course}/invites": INSTRUCTOR,
    "POST /api/v1/courses/{course}/invites": where_allowed(INSTRUCTOR, 201),
    "DELETE /api/v1/courses/{course}/invites/{invite_id}": where_allowed(INSTRUCTOR, 204),
    "POST /api/v1/invites/accept": NO_SUCH,
    "GET /api/v1/courses/{course}/extensions": STAFF,
    "GET /api/v1/courses/{course}/exercises/{exercise_id}/similar": STAFF,
    "POST /api/v1/courses/{course}/exercises/{exercise_id}/similar": where_allowed(INSTRUCTOR, 202, 409),
    "GET /api/v1/courses/{course}/exercises/{exercise_id}/similar/{pair_id}": where_allowed(STAFF, 404),
    "PUT /api/v1/courses/{course}/exercises/{exercise_id}/similar/{pair_id}/settled": where_allowed(INSTRUCTOR, 404),
    "POST /api/v1/courses/{course}/extensions": where_allowed(INSTRUCTOR, 422),  # it names nobody
    "DELETE /api/v1/courses/{course}/extensions/{extension_id}": where_allowed(INSTRUCTOR, 404),
}

ELSEWHERE = ("lou", "lou token", "lou kernel", "ivan", "ivan token", "ivan kernel")
"""A learner and an instructor of another course: here, they are strangers, but for what is of no course."""
ANYWHERE = {
    "GET /api/v1/courses/{course}": {"adele key account": 404},  # without the scope, one is no administrator
    "POST /api/v1/courses": {"ivan": 409, "ivan token": 409},
    "GET /api/v1/jobs/dead": {"ivan": 200, "ivan token": 200},
}
BY_COURSE = ("/lessons", "/exercises", "/submissions", "/grades")
"""Where a query names the course that is meant."""

KEYS = {f"otto key {scope}": scope for scope in (Scope.LEARN, Scope.TEACH, Scope.MANAGE, Scope.ACCOUNT)}
KEYS |= {"adele key admin": Scope.ADMIN, "adele key account": Scope.ACCOUNT}
OPEN = (
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/tokens",
    "/sign-ups",
    "/password-resets",
    "/links",
)
OF_ANY_SCOPE = {"GET /api/v1/me", "GET /api/v1/courses", "GET /api/v1/courses/{course}", "GET /api/v1/jobs"}
OF_ANY_SCOPE |= {f"GET /api/v1/jobs/{{job_id}}{what}" for what in ("", "/events", "/result", "/file")}
OF_ANY_SCOPE |= {"POST /api/v1/jobs/{job_id}/cancel"}
MANAGED = {
    f"GET /api/v1/courses/{{course}}/{what}" for what in ("invites", "usage", "regrades", "regrades/{regrade_id}")
}
NEEDS_TEACH_TOO = {"GET /api/v1/jobs/{job_id}", "GET /api/v1/jobs/{job_id}/events", "POST /api/v1/jobs/{job_id}/cancel"}
NEEDS_TEACH_TOO |= {"POST /api/v1/submissions/{submission_id}/traces"}
NEEDS_TEACH_TOO |= {f"GET /api/v1/submissions/{{submission_id}}{what}" for what in ("", "/events", "/discussion")}
"""What is another learner's: a key for learning does not open it, whoever holds it."""
ASSISTED = ("/answers", "/answers/{answer_id}", "/remarks", "/remarks/{remark_id}")
"""What assistants do too, of a course: that is teaching, and no running of it."""
THEMSELVES = {route for route, rule in RULES.items() if rule["lea token"] == 403 and rule["lea"] not in {403, 404}}


def scope_of(route):
    """Tell what a key must be for; None where it is asked for nothing."""
    method, _, path = route.partition(" ")
    if any(path.removeprefix("/api/v1").startswith(each) for each in OPEN) or route in OF_ANY_SCOPE:
        return None
    if path.startswith(("/api/v1/account", "/api/v1/invites")):
        return Scope.ACCOUNT
    if path.startswith("/api/v1/users") or path in {"/api/v1/jobs/backup", "/api/v1/audit", "/api/v1/usage"}:
        return Scope.ADMIN
    if path.startswith("/api/v1/courses") and not path.endswith("/chosen"):
        return Scope.TEACH if path.endswith(ASSISTED) or (method == "GET" and route not in MANAGED) else Scope.MANAGE
    return Scope.TEACH if path.endswith(("/dead", "/requeue")) else Scope.LEARN


def rule_of(route):
    """Give the statuses that each caller may get."""
    rule = dict(RULES[route])
    for caller in ELSEWHERE:
        same = {"kernel": "stranger kernel", "token": "stranger token"}.get(caller.rpartition(" ")[2], "stranger")
        rule[caller] = ANYWHERE.get(route, {}).get(caller, rule[same])
    for caller, scope in KEYS.items():
        wanted, owner = scope_of(route), caller.partition(" ")[0]
        rule[caller] = rule[owner] if wanted in {None, scope} else 403
        if route in NEEDS_TEACH_TOO and rule[caller] == 200:
            rule[caller] = 200 if scope in {Scope.TEACH, Scope.ADMIN} else 404
        if route in THEMSELVES:
            rule[caller] = 403
        rule |= {caller: status for caller, status in ANYWHERE.get(route, {}).items() if caller in KEYS}
    return {caller: status if isinstance(status, tuple) else (status,) for caller, status in rule.items()}


BODIES = {
    "POST /api/v1/submissions/{submission_id}/questions": {},
    "POST /api/v1/courses/{course}/learners/{user_id}/remarks": {"kind": "note", "text": "Is ill."},
    "POST /api/v1/courses/{course}/learners/{user_id}/submissions": {
        "exercise_id": "keeper",
        "source": "contract A {}",
    },
    "POST /api/v1/questions/{question_id}/reopen": {},
    "PUT /api/v1/answers/{answer_id}/vote": {"helped": True},
    "POST /api/v1/courses/{course}/answers": {"question_id": str(UUID(int=7)), "text": "Keep it."},
    "PATCH /api/v1/courses/{course}/answers/{answer_id}": {"text": "Keep it."},
    "POST /api/v1/tokens": {"name": "lea", "password": "not the password"},
    "POST /api/v1/tokens/refresh": {"refresh_token": "made up"},
    "POST /api/v1/tokens/revoke": {"refresh_token": "made up"},
    "POST /api/v1/sign-ups": {"email": "new@school.example", "display_name": "New"},
    "POST /api/v1/password-resets": {"name": "lea"},
    "POST /api/v1/links/confirm": {"link": "made up"},
    "POST /api/v1/links/reset": {"link": "made up", "password": "vB7#kq9Lx2"},
    "PATCH /api/v1/account": {"display_name": "Somebody"},
    "PUT /api/v1/account/password": {"new": "short"},
    "PUT /api/v1/account/email": {"email": "new@school.example"},
    "POST /api/v1/account/keys": {"label": "A program", "scopes": ["learn"]},
    "POST /api/v1/account/second-factor": {},
    "PUT /api/v1/account/second-factor": {"code": "000000"},
    "POST /api/v1/account/second-factor/off": {},
    "POST /api/v1/account/recovery-codes": {},
    "POST /api/v1/users": {"name": "new"},
    "PATCH /api/v1/users/{user_id}": {"display_name": "Somebody"},
    "PUT /api/v1/exercises/{exercise_id}/draft": {"source": "contract A {}", "revision": 0},
    "POST /api/v1/exercises/{exercise_id}/hints": {"rung": 1, "cost": 0},
    "POST /api/v1/submissions": {"exercise_id": "keeper", "source": "contract A {}"},
    "POST /api/v1/jobs": {"source": "contract A {}"},
    "POST /api/v1/compile": {"source": "contract A {}", "check_only": True},
    "POST /api/v1/scenarios": {"source": "contract A {}", "steps": [{"action": "deploy", "contract": "A"}]},
    "POST /api/v1/traces": {"source": "contract A {}", "steps": [{"action": "deploy", "contract": "A"}], "index": 0},
    "POST /api/v1/submissions/{submission_id}/traces": {"check": "keeps_the_number", "limit": 0},
    "POST /api/v1/chains": {"name": "access"},
    "POST /rpc/{chain_id}": {"jsonrpc": "2.0", "id": 1, "method": "web3_clientVersion"},
    "POST /api/v1/courses": {"title": "Classroom", "slug": "classroom"},
    "PATCH /api/v1/courses/{course}": {"title": "A small course"},
    "PUT /api/v1/courses/{course}/plan": {"all_tracks": True},
    "PUT /api/v1/courses/{course}/overrides/{user_id}/{exercise_id}": {"score": 1, "reason": "Shown in class."},
    "POST /api/v1/courses/{course}/regrades": {"exercise_id": "keeper", "reason": "A check was wrong."},
    "POST /api/v1/courses/{course}/people": {"name": "leo", "role": "learner"},
    "POST /api/v1/courses/{course}/import": {"csv": "name\nleo\n"},
    "POST /api/v1/courses/{course}/groups": {"name": "The group"},
    "PUT /api/v1/courses/{course}/groups/{group_id}": {"name": "The group"},
    "POST /api/v1/courses/{course}/invites": {},
    "POST /api/v1/invites/accept": {"token": "none"},
    "POST /api/v1/courses/{course}/class-hours": {"exercise_id": "keeper"},
    "POST /api/v1/courses/{course}/class-hours/{hour_id}/more-time": {"minutes": 1},
    "PUT /api/v1/courses/{course}/class-hours/{hour_id}/shown": {"submission_id": None},
    "PUT /api/v1/courses/{course}/exercises/{exercise_id}/similar/{pair_id}/settled": {"nothing_to_it": True},
    "POST /api/v1/courses/{course}/extensions": {"exercise_id": "keeper", "due_at": "2100-01-01T00:00:00Z"},
}


def test_every_route_has_a_rule(tmp_path):
    app = create_app(Settings(data_dir=tmp_path))
    routes = {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or {"?"}) - {"HEAD"}
    }
    assert routes == set(RULES)


@pytest.fixture(scope="module")
def callers(shared):
    """Give a client for each caller, also for those whom no other test has."""
    for name in ("lou", "ivan", "expired"):
        shared.add(name, *([Role.LEARNER, Role.INSTRUCTOR] if name == "expired" else []))
    with shared.database.unit_of_work() as work:
        session = work.session
        other = courses.create(session, title="Another course", instructor=shared.users["ivan"], actor_id=None)
        courses.enrol(session, other, shared.users["lou"], Role.LEARNER)
        gone = col(Credential.user_id) == shared.users["expired"].id
        session.exec(update(Credential).where(gone).values(expires_at=now() - timedelta(seconds=1)))
        for caller, scope in KEYS.items():
            user = session.merge(shared.users[caller.partition(" ")[0]])
            key = accounts.make_key(session, user, label=caller, scopes={scope}, days=1).key
            shared.headers[caller] = {"Authorization": f"Bearer {key}"}
    return {caller: shared.client(caller) for caller in rule_of("GET /api/v1/me")}


@pytest.fixture(scope="module")
def leas_submission(shared):
    return shared.submit("lea").json()["id"]


def job_of(shared, submission_id):
    with shared.database.read() as session:
        return session.exec(select(Job.id).where(Job.subject_id == UUID(submission_id))).one()


def of_course(shared):
    """Things of the course that routes name, made anew where an earlier route has taken them away."""
    ines, course = shared.client("ines"), "/api/v1/courses/classroom"
    group = next(iter(ines.get(f"{course}/groups").json()["items"]), None)
    group = group or ines.post(f"{course}/groups", json={"name": "The group"}).json()
    invite = ines.post(f"{course}/invites", json={}).json()
    extension_id = uuid4()
    user_id = (shared.users.get("pat") or shared.add("pat", Role.LEARNER)).id  # a caller of no rule: may be shut out
    ines.post(f"{course}/people", json={"name": "pat", "role": "learner"})
    hour = next((each for each in ines.get(f"{course}/class-hours").json()["items"] if each["open"]), None)
    hour = hour or ines.post(f"{course}/class-hours", json={"exercise_id": "keeper"}).json()
    return {
        "hour_id": hour["id"],
        "group_id": group["id"],
        "invite_id": invite["id"],
        "extension_id": extension_id,
        "pair_id": uuid4(),
        "user_id": user_id,
        "role": "learner",
    }


@pytest.mark.parametrize("route", RULES)
def test_a_route_lets_in_whom_its_rule_names_and_nobody_else(shared, callers, leas_submission, route):
    method, _, path = route.partition(" ")
    values = {"lesson_id": "keeping", "exercise_id": "keeper", "submission_id": leas_submission, "course": "classroom"}
    values |= of_course(shared) if "/courses/{course}/" in path or "{user_id}" in path else {}
    values["job_id"] = job_of(shared, leas_submission)
    made_up = ("session_id", "key_id", "regrade_id", "question_id", "answer_id", "remark_id")
    values |= dict.fromkeys(made_up, uuid4())
    if "{chain_id}" in path:
        values["chain_id"] = callers["lea"].post("/api/v1/chains", json={"name": "leas"}).json()["id"]
    found = {}
    for caller in rule_of(route):
        params = {"exercise_id": "keeper"} if route == "GET /api/v1/submissions" else {}
        if caller in ELSEWHERE and path.removeprefix("/api/v1").startswith(BY_COURSE):
            params["course"] = "classroom"
        headers = {"Idempotency-Key": uuid4().hex}
        with callers[caller].stream(
            method, path.format(**values), json=BODIES.get(route), headers=headers, params=params
        ) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                response.read()  # so that the connection can be used again
            found[caller] = response.status_code
    assert {caller: status for caller, status in found.items() if status not in rule_of(route)[caller]} == {}


def test_a_learner_cannot_tell_anothers_submission_from_none(shared, leas_submission):
    client = shared.client("leo")
    theirs = client.get(f"/api/v1/submissions/{leas_submission}").json()
    nobodys = client.get(f"/api/v1/submissions/{uuid4()}").json()
    for answer in (theirs, nobodys):
        del answer["instance"], answer["request_id"]
    assert theirs == nobodys


def test_who_tries_a_door_that_is_not_theirs_is_written_down(live):
    submission = live.submit("lea").json()["id"]
    live.client("leo", **{"X-Request-Id": "the-request-of-leo"}).get(f"/api/v1/submissions/{submission}")
    live.client("lea").get("/api/v1/courses/classroom/cohort")
    live.client("leo").get(f"/api/v1/submissions/{uuid4()}")  # there is nothing behind this one
    first, second = live.audited("door_refused")
    assert (first.actor_id, first.subject, first.request_id) == (live.users["leo"].id, submission, "the-request-of-leo")
    assert first.details == {"method": "GET", "route": "/api/v1/submissions/{submission_id}", "by": "session"}
    assert (second.actor_id, second.subject) == (live.users["lea"].id, "classroom")


def test_a_kernel_sees_the_learners_side_of_its_owner_only(shared):
    assert shared.client("otto").get("/api/v1/me").json()["roles"] == {"classroom": ["instructor", "learner"]}
    assert shared.client("otto kernel").get("/api/v1/me").json()["roles"] == {"classroom": ["learner"]}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 202),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[nonsense"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"X-CSRF": "0" * 64}, 403),
        ({"X-CSRF": ""}, 403),
        ({"X-CSRF": b"\xff"}, 403),
    ],
)
def test_a_post_with_the_cookie_must_come_from_our_pages_and_show_its_token(live, changed, status):
    body = {"exercise_id": "keeper", "source": "contract A {}"}
    headers = {**changed, "Idempotency-Key": "k"}
    response = live.client("lea").post("/api/v1/submissions", json=body, headers=headers)
    assert response.status_code == status, response.text
    assert bool(live.enqueued) == (status == 202)
    assert len(live.audited("door_refused")) == (status == 403)


@pytest.mark.parametrize(
    ("site", "same"), [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)]
)
def test_without_an_origin_the_browsers_word_on_the_site_counts(site, same):
    request = Request({"type": "http", "headers": [(b"host", b"a"), (b"sec-fetch-site", site.encode())]})
    if same:
        require_same_origin(request)
    else:
        with pytest.raises(Forbidden):
            require_same_origin(request)


def test_another_port_of_the_same_host_is_another_site(shared):
    headers = {"Origin": "http://127.0.0.1:1"}
    response = shared.client("lea").post("/api/v1/compile", json={"source": ""}, headers=headers)
    assert response.status_code == 403


def test_a_get_with_the_cookie_needs_no_token(shared):
    cookie = {"Cookie": shared.headers["lea"]["Cookie"], "Origin": "https://evil.example"}
    assert shared.client("nobody", **cookie).get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    "authorization", ["Bearer", "Basic bGVhOmxlYQ==", "Bearer nonsense", "Bearer \xff\xfe", "Bearer " + "x" * 5000]
)
def test_a_bad_credential_is_refused_with_the_way_to_do_it_right(shared, authorization):
    response = shared.client("nobody").get("/api/v1/me", headers={"Authorization": authorization.encode("latin-1")})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "change",
    [
        lambda cookie: f"{cookie[:-5]}{'AB'[cookie[-5] == 'A']}{cookie[-4:]}",
        lambda cookie: cookie.rpartition(".")[0],
        lambda _: "x",
    ],
)
def test_a_cookie_that_we_did_not_sign_is_no_cookie(shared, change):
    cookie = change(shared.headers["lea"]["Cookie"])
    assert shared.client("nobody", Cookie=cookie).get("/api/v1/me").status_code == 401


def test_a_session_secret_is_no_bearer_token(shared):
    secret = shared.headers["lea"]["Cookie"].partition("=")[2].rpartition(".")[0]
    assert shared.client("nobody", Authorization=f"Bearer {secret}").get("/api/v1/me").status_code == 401


def test_only_the_owner_of_the_machine_is_shown_the_way_to_jupyterlab(live):
    live.add(live.settings.owner, Role.LEARNER)
    (owners,), (leas,) = (live.client(name).get("/api/v1/lessons").json() for name in (live.settings.owner, "lea"))
    assert owners["notebook_url"] == f"{live.settings.lab_url}/lab/tree/first-steps/keeping.ipynb"
    assert leas["notebook_url"] is None
    assert owners["app_url"] == leas["app_url"] == f"{live.settings.voila_url}/voila/render/keeping.ipynb"
