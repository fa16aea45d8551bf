"""Everything killed with -9 in the middle of a check: after a restart the submission is graded, once."""

import httpx

from support.contracts import SLOW
from support.room import Classroom, alive
from support.waiting import wait_until


def test_a_submission_survives_the_death_of_everything_and_is_graded_once(room: Classroom) -> None:
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as browser:
        browser.get(room.start())
        token = (room.data_dir / "owner.token").read_text().strip()
        answer = browser.post(
            f"{room.portal}/api/v1/submissions",
            json={"exercise_id": "tip-jar", "source": SLOW},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "once", "Origin": room.portal},
        )
        assert answer.status_code == 202, answer.text
        number = answer.json()["id"].replace("-", "")

        def state() -> str:
            return str(room.rows("SELECT state FROM submissions WHERE id = ?", number)[0][0])

        wait_until(lambda: state() == "running", what="a check under way")
        room.kill()
        assert state() == "running", "the check was over before everything was killed: make it slower"

        room.start()
        wait_until(lambda: state() == "done", what="the verdict")

        # and Ctrl+C ends all of it, without an orphan
        pids = room.processes()
        assert len(pids) > 5
        assert room.stop() == 0
        wait_until(lambda: not alive(pids), what="the end of every process")
        assert "Nothing is left running" in "".join(room.said)

    ((outcome,),) = room.rows("SELECT outcome FROM submissions")
    assert outcome == "passed"
    assert room.rows("SELECT state, attempt FROM jobs") == [("done", 2)]
    assert room.rows("SELECT attempts, state FROM progress") == [(1, "passed")]
    graded = room.rows("SELECT count(*) FROM audit_events WHERE action = 'submission_graded'")
    assert graded == [(1,)]
