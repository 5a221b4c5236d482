"""What the lines of runs say of older messages that the models do not read as they are."""

import time

import pytest
from pytestqt.qtbot import QtBot

from desktop.engine.events import Event, HistoryLeftOut, HistorySummarised, RoundStarted, RunFinished
from desktop.engine.messages import Message
from desktop.engine.run_record import RunRecord
from desktop.engine.store.run_briefs import RunBrief
from desktop.left_out import left_out_notes
from desktop.run_lines import RunLines, details_of
from desktop.views.main_window import MainWindow


class Now:
    def began(self, run_id: str) -> float:
        return time.monotonic()


def brief(run_id: str, left_out: int, *, has_summary: bool = True) -> RunBrief:
    return RunBrief(
        run_id=run_id,
        message_id=f"m-{run_id}",
        state="done",
        is_gathered=True,
        left_out=left_out,
        has_left_out_summary=has_summary and left_out > 0,
    )


@pytest.fixture
def lines(qtbot: QtBot) -> tuple[MainWindow, RunLines]:
    window = MainWindow()
    window.furnish()
    qtbot.addWidget(window)
    return window, RunLines(window, Now())


def begin(shown: tuple[MainWindow, RunLines], *events: Event) -> str | None:
    """Begin the run r9 and take events; returns the title of its line."""
    window, run_lines = shown
    window.transcript.append_message(Message(id="m9", role="user", text="more", run_id="r9"))
    run_lines.begin("r9")
    for event in events:
        run_lines.take(event)
    box = window.transcript.runs.line("r9")
    return box.line.title if box is not None else None


def test_it_is_said_where_the_cut_moved_and_not_again() -> None:
    briefs = [brief("a", 0), brief("b", 4), brief("c", 4), brief("d", 9, has_summary=False), brief("e", 1)]
    assert left_out_notes(briefs) == {
        "b": "4 earlier messages were summarised",
        "d": "9 earlier messages were left out",
        "e": "1 earlier message was summarised",
    }


def test_a_stored_run_says_it_and_folds_out_to_the_summary(lines: tuple[MainWindow, RunLines]) -> None:
    shown = lines[1].lines([brief("a", 4), brief("b", 4)], None)
    assert {run_id: line.title for run_id, line in shown.items()} == {"a": "4 earlier messages were summarised"}
    record = RunRecord(run_id="a", conversation_id="c", state="done", left_out=4, left_out_summary="Of trees.")
    (detail,) = details_of(record)
    assert detail.text == "The models read this in the place of the 4 earlier messages:\nOf trees."


def test_a_run_at_work_says_it_at_once_and_keeps_saying_it(lines: tuple[MainWindow, RunLines]) -> None:
    lines[1].lines([brief("a", 4)], None)
    told = HistorySummarised(run_id="r9", left_out=6, text="Of trees.")
    assert begin(lines, told) == "Starting · 6 earlier messages were summarised"
    box = lines[0].transcript.runs.line("r9")
    assert box is not None
    assert box.line.details is not None
    assert "Of trees." in box.line.details[0].text
    lines[1].take(RoundStarted(run_id="r9", round=1, of=8))
    assert box.line.title == "Gathering · round 1 · 6 earlier messages were summarised"
    lines[1].take(RunFinished(run_id="r9"))
    assert box.line.title == "6 earlier messages were summarised"
    assert len(box.line.details) == 1


def test_a_later_and_smaller_request_takes_the_place_of_what_was_said(lines: tuple[MainWindow, RunLines]) -> None:
    first = HistorySummarised(run_id="r9", left_out=6, text="Of trees.")
    assert begin(lines, first, HistoryLeftOut(run_id="r9", left_out=8)) == "Starting · 8 earlier messages were left out"
    box = lines[0].transcript.runs.line("r9")
    assert box is not None
    assert box.line.details is not None
    assert ["Of trees." in detail.text for detail in box.line.details] == [False]


def test_a_run_with_the_same_cut_as_the_one_before_says_nothing_new(lines: tuple[MainWindow, RunLines]) -> None:
    lines[1].lines([brief("a", 6)], None)
    told = HistorySummarised(run_id="r9", left_out=6, text="Of trees.")
    assert begin(lines, told, RunFinished(run_id="r9")) is None
