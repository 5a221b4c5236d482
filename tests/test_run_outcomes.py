"""What is said of runs that ended early or try again: the same while it happens and afterwards, in one place."""

import os
from collections.abc import AsyncIterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.engine.events import (
    AnswerDelta,
    HandoffReady,
    OrchestratorDelta,
    Retrying,
    RoundStarted,
    RunFailed,
    RunStopped,
)
from desktop.engine.messages import Brain, Message
from desktop.engine.run_record import RunRecord
from desktop.engine.store.records import RunFault
from desktop.engine.store.run_briefs import RunBrief
from desktop.run_lines import details_of, line_of
from desktop.run_outcomes import Outcome, outcome_of
from desktop.views.transcript.values import RunDetail, RunLine
from tests.window_desk import WindowDesk, window_desk

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[WindowDesk]:
    async with window_desk(qtbot) as made:
        yield made


def begin(desk: WindowDesk) -> None:
    """Show a run, as events tell it, up to its answer."""
    presenter = desk.controller._presenter
    desk.window.show_start_page(False)
    presenter.begin_run(Message(id="m1", role="user", text="Go.", run_id="r1"), "Writer")
    presenter.take(HandoffReady(run_id="r1", messages=()))


def said(desk: WindowDesk) -> Outcome | None:
    note = desk.window.transcript.runs.note("r1")
    if note is None:
        return None
    action, _, _ = note.action_id.partition(" ")
    label = note._button.text() if note._button is not None else ""
    return Outcome(note.accessibleName(), action, label, note.kind)


@pytest.mark.parametrize("can_write_again", [False, True])
async def test_a_stopped_run_says_the_same_live_and_stored(desk: WindowDesk, can_write_again: bool) -> None:
    begin(desk)
    desk.controller._presenter.take(RunStopped(run_id="r1", can_write_again=can_write_again))
    brief = RunBrief(run_id="r1", message_id="m1", state="stopped", can_write_again=can_write_again)
    assert said(desk) == outcome_of(brief)


@pytest.mark.parametrize("fault", ["", "key", "too_long"])
async def test_a_failed_run_says_the_same_live_and_stored(desk: WindowDesk, fault: RunFault) -> None:
    begin(desk)
    failed = RunFailed(
        run_id="r1", error="No.", action="Do it.", needs_key=fault == "key", too_long=fault == "too_long"
    )
    desk.controller._presenter.take(failed)
    brief = RunBrief(run_id="r1", message_id="m1", state="failed", error="No.", action="Do it.", fault=fault)
    assert said(desk) == outcome_of(brief)


def test_what_can_be_done_is_what_is_offered() -> None:
    def brief(**known: object) -> RunBrief:
        return RunBrief.model_validate({"run_id": "r", "message_id": "m", **known})

    stopped = [outcome_of(brief(state="stopped", can_write_again=can)) for can in (False, True)]
    assert [(one.words, one.label) for one in stopped if one is not None] == [
        ("You stopped this run. It can go on from here.", "Go on"),
        ("You stopped this run. Its answer can be written anew.", "Write again"),
    ]
    too_long = outcome_of(brief(state="failed", error="Too long.", fault="too_long"))
    assert too_long == Outcome("Too long.", "edit", "Edit message", "danger")


async def test_only_the_countdown_speaks_until_the_next_attempt_writes(desk: WindowDesk) -> None:
    begin(desk)
    transcript, presenter = desk.window.transcript, desk.controller._presenter
    assert transcript._activity.text == "Writer is writing"
    presenter.take(Retrying(run_id="r1", attempt=2, wait_s=9, reason="Overloaded.", brain=Brain.RESPONDER))
    assert transcript._activity.text == ""
    outcome = said(desk)
    assert outcome is not None
    assert outcome.words == "Overloaded. Attempt 2 in 9 s."
    presenter.take(AnswerDelta(run_id="r1", text="Here."))
    transcript._flush()
    assert (transcript._activity.text, said(desk)) == ("Writer is writing", None)


async def test_a_message_that_is_too_long_is_edited_from_there(desk: WindowDesk) -> None:
    await desk.send("what is 6*7?")
    asked, _ = await desk.messages()
    desk.window.transcript.outcome_action.emit(f"edit {asked.run_id}")
    await desk.settle()
    assert (desk.window.composer.edited, desk.window.composer.text) == (asked.id, "what is 6*7?")


async def test_what_the_orchestrator_wrote_until_the_stop_is_in_the_runs_line_and_no_answer(desk: WindowDesk) -> None:
    presenter, transcript = desk.controller._presenter, desk.window.transcript
    desk.window.show_start_page(False)
    presenter.begin_run(Message(id="m1", role="user", text="Go.", run_id="r1"), "Writer")
    presenter.take(RoundStarted(run_id="r1", round=1, of=8))
    presenter.take(OrchestratorDelta(run_id="r1", text="I thi"))
    presenter.take(RunStopped(run_id="r1", message=Message(id="m2", role="assistant", text="", run_id="r1")))
    assert transcript.plain_text() == "You: Go."
    live = transcript.runs.line("r1")
    assert live is not None
    assert live.line == RunLine("Stopped while gathering", "stopped", (RunDetail("I thi"),))
    stored = line_of(RunBrief(run_id="r1", message_id="m1", state="stopped", has_cut_words=True))
    assert stored == RunLine("Stopped while gathering", "stopped")
    record = RunRecord(run_id="r1", conversation_id="c1", state="stopped", cut_words="I thi")
    assert details_of(record) == (RunDetail("I thi"),)
