"""What the pages call things that the services know by a short name: actions, jobs, refusals. Words only.

Each is written out here for who collects the texts; tests hold the lists complete.
"""

from collections.abc import Mapping
from typing import Final

from classroom.web.texts import gettext, marked

ACTIONS: Final = {
    "signed_in": marked("Signed in"),
    "sign_in_failed": marked("Sign in failed"),
    "signed_out": marked("Signed out"),
    "user_created": marked("User created"),
    "user_disabled": marked("User disabled"),
    "user_enabled": marked("User enabled"),
    "password_changed": marked("Password changed"),
    "profile_changed": marked("Profile changed"),
    "admin_changed": marked("Admin changed"),
    "email_confirmed": marked("Email confirmed"),
    "identity_added": marked("Identity added"),
    "second_factor_on": marked("Second factor on"),
    "second_factor_off": marked("Second factor off"),
    "recovery_code_used": marked("Recovery code used"),
    "refresh_reused": marked("Refresh reused"),
    "credential_issued": marked("Credential issued"),
    "credential_revoked": marked("Credential revoked"),
    "kernel_bound": marked("Kernel bound"),
    "course_created": marked("Course created"),
    "role_granted": marked("Role granted"),
    "door_refused": marked("Door refused"),
    "submission_made": marked("Submission made"),
    "submission_graded": marked("Submission graded"),
    "hint_taken": marked("Hint taken"),
    "given_up": marked("Given up"),
    "submission_lost": marked("Submission lost"),
    "chain_created": marked("Chain created"),
    "chain_deleted": marked("Chain deleted"),
    "course_changed": marked("Course changed"),
    "role_withdrawn": marked("Role withdrawn"),
    "group_created": marked("Group created"),
    "group_changed": marked("Group changed"),
    "group_deleted": marked("Group deleted"),
    "group_joined": marked("Group joined"),
    "group_left": marked("Group left"),
    "invite_created": marked("Invite created"),
    "invite_revoked": marked("Invite revoked"),
    "invite_accepted": marked("Invite accepted"),
    "extension_granted": marked("Extension granted"),
    "extension_withdrawn": marked("Extension withdrawn"),
    "learners_imported": marked("Learners imported"),
    "people_exported": marked("People exported"),
    "grades_exported": marked("Grades exported"),
    "job_ordered": marked("Job ordered"),
    "job_cancelled": marked("Job cancelled"),
    "job_requeued": marked("Job requeued"),
    "job_given_up": marked("Job given up"),
    "regrade_ready": marked("Regrade ready"),
    "regrade_published": marked("Regrade published"),
    "regrade_discarded": marked("Regrade discarded"),
    "submission_regraded": marked("Submission regraded"),
    "user_exported": marked("User exported"),
    "user_erased": marked("User erased"),
    "terms_accepted": marked("Terms accepted"),
    "retention_applied": marked("Retention applied"),
    "usage_exported": marked("Usage exported"),
    "tracks_added": marked("Tracks added"),
    "tracks_removed": marked("Tracks removed"),
    "class_opened": marked("Class opened"),
    "class_extended": marked("Class extended"),
    "class_closed": marked("Class closed"),
    "class_attempt_shown": marked("Class attempt shown"),
    "similar_seen": marked("Similar seen"),
    "similar_settled": marked("Similar settled"),
    "override_set": marked("Override set"),
    "override_withdrawn": marked("Override withdrawn"),
    "question_asked": marked("Question asked"),
    "question_reopened": marked("Question reopened"),
    "question_closed": marked("Question closed"),
    "question_answered": marked("Question answered"),
    "answer_changed": marked("Answer changed"),
    "answer_withdrawn": marked("Answer withdrawn"),
    "remark_made": marked("Remark made"),
    "remark_removed": marked("Remark removed"),
}
JOBS: Final = {
    "grade": marked("Grade an attempt"),
    "compile": marked("Compile a source"),
    "deploy": marked("Deploy a contract and use it"),
    "export": marked("Write a file to download"),
    "backup": marked("Back everything up"),
    "regrade": marked("Grade attempts again"),
    "tidy": marked("Clear away what was kept for long enough"),
    "care": marked("Keep data no longer than the settings say, and count seats"),
    "similar": marked("Look for similar submissions"),
}
OUTCOMES: Final = {
    "compile_error": marked("Does not compile"),
    "no_deployable_contract": marked("No contract to deploy"),
    "out_of_gas": marked("Out of gas"),
    "timed_out": marked("Took too long"),
    "resource_limit": marked("Used too much"),
    "output_limit": marked("Said too much"),
    "lesson_broken": marked("The lesson is broken"),
}
PROBLEMS: Final = {
    401: marked("Please sign in"),
    403: marked("Not allowed"),
    404: marked("Not found"),
    405: marked("Not possible here"),
    409: marked("Conflict"),
    413: marked("Too large"),
    422: marked("Invalid"),
    429: marked("Too many requests"),
    500: marked("Something went wrong"),
    503: marked("Unavailable"),
}


def failure(failing: str, title: str | None = None) -> str:
    """Say where an attempt failed first, as `findings` has it: the check's title, or what else it is."""
    if title:
        return title
    if failing.startswith("compile:"):
        return gettext("Does not compile (%(code)s)") % {"code": failing.partition(":")[2]}
    known = OUTCOMES.get(failing)
    return gettext(known) if known else failing.replace("_", " ").capitalize()


def translated(names: Mapping[str, str]) -> dict[str, str]:
    """Give names in the language of the page."""
    return {key: gettext(name) for key, name in names.items()}
