"""What the scripts of lesson apps say by themselves, from the pages' one catalogue."""

from classroom.web.texts import gettext as _


def for_script() -> dict[str, str]:
    """Give the sentences in the language of the page; what stands in braces the script fills in."""
    return {
        "again": _("Starting the lesson again…"),
        "asleep": _(
            "This lesson has gone to sleep. Your draft, your last verdict and your history are kept. "
            "Go on whenever you like."
        ),
        "back": _("Connected again."),
        "failed": _("The lesson could not be started. Please reload it; if that does not help, tell your instructor."),
        "failed_again": _("The lesson could not be started again. Your draft is kept in this browser."),
        "go_on": _("Go on"),
        "lost": _(
            "The connection to the classroom is lost. You can go on typing: your draft is kept in this browser, and is "
            "saved when the connection is back."
        ),
        "next": _("You are next."),
        "no_answer": _("The classroom does not answer just now. Trying again…"),
        "place": _("You are number {place} of {waiting}."),
        "reload": _("Reload the lesson"),
        "signed_out": _(
            "You are not signed in any more. Your draft is kept in this browser. Reload to sign in and go on."
        ),
        "step_failed": _("This step did not work. Reload the lesson; if it stays like this, tell your instructor."),
        "step_slow": _("This step took too long. Reload the lesson; if it stays like this, tell your instructor."),
        "taken": _("All lesson apps are in use. {place}"),
        "turn": _("It is your turn."),
    }
