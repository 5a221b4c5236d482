"""What is shown of runs, where they happened."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.engine.messages import CallState
from desktop.views import theme
from desktop.views.transcript import RunDetail, RunLine, Transcript
from desktop.views.transcript.note_view import NoteView
from desktop.views.transcript.run_line import Part, RunLineBox
from tests.views.finding import child
from tests.views.transcript.conftest import said

LINE = RunLine(
    "Gathered: 3 calls, 2 rounds, 4.2 s", "done", (RunDetail("I look."), RunDetail("read_file a", "c1", CallState.DONE))
)


def two_runs(transcript: Transcript, lines: dict[str, RunLine] | None = None) -> None:
    messages = [
        said(1, "first", "user", run_id="r1"), said(2, "one", run_id="r1"),
        said(3, "second", "user", run_id="r2"), said(4, "two", run_id="r2"),
    ]  # fmt: skip
    transcript.show_conversation(messages, {}, lines or {})


def click(transcript: Transcript, index: int, box: RunLineBox, part: Part) -> None:
    top = transcript.column.extra_top(index, box) - transcript.scroller.top
    point = part.area.center() + QPoint(transcript.left, top)
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_line_stands_between_the_question_and_the_answer(transcript: Transcript) -> None:
    two_runs(transcript, {"r1": LINE, "r2": LINE})
    for run_id, index in (("r1", 0), ("r2", 2)):
        box = transcript.runs.line(run_id)
        assert box is not None
        assert list(transcript.column.extras(index)) == [box]
        assert transcript.column.extra_top(index, box) + box.lay_out(100) <= transcript.column.top(index + 1)


def test_line_folds_out_and_tells_so_that_details_can_be_loaded(qtbot: QtBot, transcript: Transcript) -> None:
    two_runs(transcript)
    transcript.set_run_line("r1", RunLine("Gathered: 1 call", details=None))
    box = transcript.runs.line("r1")
    assert box is not None
    before = transcript.column.height
    with qtbot.waitSignal(transcript.run_line_opened) as told:
        click(transcript, 0, box, box.parts()[0])
    assert told.args == ["r1"]
    assert "Loading" in box.words()
    transcript.set_run_line("r1", LINE)
    assert "read_file a done" in box.words()
    assert transcript.column.height > before
    with qtbot.waitSignal(transcript.call_activated) as told:
        click(transcript, 0, box, box.parts()[1])
    assert told.args == ["c1"]
    click(transcript, 0, box, box.parts()[0])
    assert transcript.column.height == before


def test_line_is_reached_and_folded_by_keys(qtbot: QtBot, transcript: Transcript) -> None:
    two_runs(transcript, {"r2": LINE})
    transcript.activateWindow()
    transcript.focus_previous_message()
    transcript.focus_previous_message()
    QTest.keyClick(transcript, Qt.Key.Key_Tab)
    with qtbot.waitSignal(transcript.run_line_opened):
        QTest.keyClick(transcript, Qt.Key.Key_Return)
    QTest.keyClick(transcript, Qt.Key.Key_Tab)
    with qtbot.waitSignal(transcript.call_activated) as told:
        QTest.keyClick(transcript, Qt.Key.Key_Return)
    assert told.args == ["c1"]


def test_outcome_offers_its_action_where_it_happened(qtbot: QtBot, transcript: Transcript) -> None:
    two_runs(transcript)
    transcript.set_outcome("The model is overloaded.", "write_again", "Write again", run_id="r1")
    note = child(transcript, NoteView)
    with qtbot.waitSignal(transcript.outcome_action) as told:
        QTest.mouseClick(child(note, QPushButton), Qt.MouseButton.LeftButton)
    assert told.args == ["write_again"]
    assert list(transcript.column.extras(1)) == [note]
    assert note.y() >= transcript.column.top(1) - transcript.scroller.top
    transcript.set_outcome(None, run_id="r1")
    assert not note.isVisible()


def test_outcome_moves_below_the_answer_when_it_comes(transcript: Transcript) -> None:
    transcript.append_message(said(1, "hello", "user", run_id="r1"))
    transcript.set_outcome("A call waits.", "review", "Review…")
    note = child(transcript, NoteView)
    assert list(transcript.column.extras(0)) == [note]
    transcript._append(said(2, "half", run_id="r1"), ())
    assert list(transcript.column.extras(0)) == []
    assert list(transcript.column.extras(1)) == [note]
    assert note.isVisible()


@pytest.mark.parametrize("run_id", ["r1", None])
def test_outcome_stays_without_its_action_when_the_conversation_goes_on(
    transcript: Transcript, run_id: str | None
) -> None:
    transcript.append_message(said(1, "hello", "user", run_id=run_id))
    transcript.set_outcome("You stopped it.", "write_again", "Write again")
    note = child(transcript, NoteView)
    transcript.append_message(said(2, "again", "user", run_id="r2" if run_id else None))
    transcript.set_outcome("Waits for you.", "review", "Review")
    assert note.isVisible()
    assert not child(note, QPushButton).isVisible()
    assert [each.isVisible() for each in transcript.findChildren(NoteView)] == [True, True]
    assert list(transcript.column.extras(0)) == [note]


def test_outcome_shows_without_any_message(transcript: Transcript) -> None:
    transcript.set_outcome("There is a key now.", "go_on", "Go on")
    note = child(transcript, NoteView)
    assert note.isVisible()
    assert note.height() > 10
    transcript.set_outcome(None)
    assert not note.isVisible()


def test_many_lines_are_cheap(transcript: Transcript) -> None:
    messages = [said(n, "word", "user" if n % 2 == 0 else "assistant", run_id=f"r{n // 2}") for n in range(4000)]
    transcript.show_conversation(messages, {}, {f"r{n}": LINE for n in range(2000)})
    assert sum(len(transcript.column.extras(index)) for index in range(4000)) == 2000
    assert not transcript.column.with_widgets()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_failure_reads_as_one(qapp: object, transcript: Transcript, scheme: theme.Scheme) -> None:
    theme.apply(qapp, scheme)  # type: ignore[arg-type]
    transcript.append_message(said(1, "hello", "user", run_id="r1"))
    colours = {}
    for kind, text in (("info", "You stopped this run."), ("danger", "The model is overloaded.")):
        transcript.set_outcome(text, "go_on", "Go on", kind=kind)  # type: ignore[arg-type]
        note = child(transcript, NoteView)
        words = next(each for each in note.findChildren(QLabel) if each.text() == text)
        marks = [each for each in note.findChildren(QLabel) if not each.pixmap().isNull()]
        colours[kind] = words.palette().windowText().color(), len(marks)
        assert note.accessibleName() == text
        transcript.set_outcome(None)
        note.setParent(None)
    now = theme.current_theme()
    assert colours == {"info": (now.muted, 0), "danger": (now.text, 1)}


def test_the_mark_of_a_failure_follows_the_theme(qapp: object, transcript: Transcript) -> None:
    transcript.set_outcome("The model is overloaded.", kind="danger")
    note = child(transcript, NoteView)
    (mark,) = (each for each in note.findChildren(QLabel) if not each.pixmap().isNull())
    before = mark.pixmap().toImage()
    theme.apply(qapp, "dark")  # type: ignore[arg-type]
    assert mark.pixmap().toImage() != before
