"""What is shown of a branch while a run works on it."""

import pytest

from desktop.engine.messages import Message
from desktop.engine.run_record import RunRecord
from desktop.loading import without_earlier_answer


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


def test_a_run_that_was_left_waiting_hides_nothing_that_was_said_since() -> None:
    branch = [said("u1", "r1"), said("u2", "r2"), said("a2", "r2")]
    assert without_earlier_answer(branch, record("r1", "u1")) == branch
    late = [*branch, said("a1", "r1")]
    assert without_earlier_answer(late, record("r1", "u1")) == branch
