"""What is shown of a branch while a run works on it."""

import pytest

from desktop.engine.events import RunFailed
from desktop.engine.messages import Message
from desktop.engine.run_record import RunRecord
from desktop.engine.store.run_briefs import RunBrief
from desktop.loading import as_told, without_earlier_answer


def said(message_id: str, run_id: str) -> Message:
    return Message(id=message_id, role="user" if message_id[0] == "u" else "assistant", text="x", run_id=run_id)


BRANCH = [said("u1", "r1"), said("a1", "r1"), said("u2", "r2"), said("a2", "r2")]


def record(run_id: str, message_id: str, state: str = "running") -> RunRecord:
    return RunRecord(run_id=run_id, conversation_id="c", state=state, message_id=message_id)


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        (None, 4),
        (record("r2", "u2", "done"), 4),
        (record("r3", "u2", "waiting"), 4),
        (record("r3", "u2"), 3),  # worked again: its answer will stand beside a2
        (record("r2", "u2"), 3),  # written again
        (record("r3", "u1"), 1),  # in the middle: what came after stays on the other branch
        (record("r3", "u9"), 4),
    ],
)
def test_an_earlier_answer_is_out_of_sight_while_its_successor_is_made(run: RunRecord | None, shown: int) -> None:
    assert without_earlier_answer(BRANCH, run) == BRANCH[:shown]


def test_an_earlier_answer_is_out_of_sight_while_the_end_of_its_successor_is_not_stored() -> None:
    run = record("r2", "u2", "failed").model_copy(update={"is_stored": False})
    assert without_earlier_answer(BRANCH, run) == BRANCH[:3]


def test_a_run_whose_end_is_not_stored_is_shown_as_it_was_told() -> None:
    brief = RunBrief(run_id="r2", message_id="u2", state="running")
    told = RunFailed(run_id="r2", error="No room.", action="Free some.", is_stored=False)
    assert as_told(brief, None) is brief
    shown = as_told(brief, told)
    assert (shown.state, shown.error, shown.action) == ("failed", "No room.", "Free some.")


def test_a_run_that_was_left_waiting_hides_nothing_that_was_said_since() -> None:
    branch = [said("u1", "r1"), said("u2", "r2"), said("a2", "r2")]
    assert without_earlier_answer(branch, record("r1", "u1")) == branch
    late = [*branch, said("a1", "r1")]
    assert without_earlier_answer(late, record("r1", "u1")) == branch
