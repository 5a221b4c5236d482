import pytest
from pytestqt.qtbot import QtBot

from desktop.views.transcript import Transcript
from desktop.views.transcript.column import ROW_GAP
from desktop.views.transcript.metrics import FOOTER
from desktop.views.transcript.streaming import FACTOR, LEAST_MS, MOST_MS, TOGETHER_MS
from tests.views.transcript.conftest import many, said
from tests.views.transcript.lines import Lines


def texts(view: Transcript) -> list[str]:
    return [message.text for message in view.column.messages]


def test_flushes_are_coalesced(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    for _ in range(1000):
        transcript.extend_answer("x")
    assert texts(transcript) == [""]
    qtbot.waitUntil(lambda: texts(transcript) == ["x" * 1000])


def test_a_flush_waits_three_times_as_long_as_the_last_one_took(transcript: Transcript) -> None:
    stream = transcript._stream
    for cost, expected in ((0.1, LEAST_MS), (12.0, FACTOR * 12), (500.0, MOST_MS)):
        stream._cost_ms = cost
        assert stream.interval_ms == expected


def test_what_comes_after_a_pause_is_shown_soon(transcript: Transcript) -> None:
    stream = transcript._stream
    transcript.begin_answer("Claude", False)
    stream._ended_at -= 10
    transcript.extend_answer("word")
    assert stream._timer.interval() == TOGETHER_MS
    transcript._flush()
    transcript.extend_answer(" more")
    assert TOGETHER_MS < stream._timer.interval() <= stream.interval_ms


def test_a_burst_comes_in_several_flushes_and_nothing_is_lost(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    text = "".join(f"paragraph {number} of a burst\n\n" for number in range(3000))
    transcript.extend_answer(text)
    transcript._flush()
    assert 0 < len(texts(transcript)[0]) < len(text)
    qtbot.waitUntil(lambda: texts(transcript) == [text])


def stepped(view: Transcript, *texts: str) -> list[str]:
    """What is shown after each step, with these texts coming one before each."""
    shown = []
    for text in texts:
        if text:
            view.extend_answer(text)
        view._stream.step()
        shown.append(view.column.messages[-1].text)
    return shown


def test_each_line_that_begins_has_a_step_of_its_own(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    assert stepped(transcript, "one\n\ntwo\nthree", "", "") == ["one\n\n", "one\n\ntwo\n", "one\n\ntwo\nthree"]


def test_many_lines_that_wait_come_at_once(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    text = "a line of words\n" * 10
    assert stepped(transcript, text) == [text]


def test_marks_that_begin_a_line_wait_for_what_follows(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    assert stepped(transcript, "-", " item\n12", ". more") == ["", "- item\n", "- item\n12. more"]


def test_marks_that_wait_are_shown_with_what_follows_and_no_later(transcript: Transcript) -> None:
    stream = transcript._stream
    transcript.begin_answer("Claude", False)
    stepped(transcript, "-")
    assert stream._timer.interval() == MOST_MS
    transcript.extend_answer(" item")
    assert stream._timer.interval() <= stream.interval_ms


def test_marks_after_which_nothing_comes_are_shown(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("words\n##")
    qtbot.waitUntil(lambda: texts(transcript) == ["words\n##"])
    assert not transcript._stream.is_waiting


def test_marks_within_a_line_wait_for_nothing(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    assert stepped(transcript, "a ", "-", "12") == ["a ", "a -", "a -12"]


def test_only_the_tail_is_laid_out_anew(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("one\n\ntwo\n\nthree")
    transcript._flush()
    before = [slot.segment for slot in transcript.column.layout(0).slots]
    Lines.laid_out = 0
    transcript.extend_answer(" and more\n\nfour")
    transcript._flush()
    after = [slot.segment for slot in transcript.column.layout(0).slots]
    assert after[:2] == before[:2]
    assert len(after) == 4
    assert Lines.laid_out == 2


def test_streamed_and_stored_answer_look_alike_and_share_their_segments(transcript: Transcript) -> None:
    text = "first\n\nsecond words\n\nthird"
    transcript.begin_answer("Claude", False)
    for start in range(0, len(text), 3):
        transcript.extend_answer(text[start : start + 3])
        transcript._flush()
    live = [slot.segment for slot in transcript.column.layout(0).slots]
    height = transcript.column.height
    transcript.finish_answer(said(2, text))
    assert [slot.segment for slot in transcript.column.layout(0).slots] == live
    assert transcript.column.height == height


@pytest.mark.parametrize("follows", [True, False])
def test_the_end_of_an_answer_moves_nothing_that_is_read(transcript: Transcript, follows: bool) -> None:
    text = "Words that are read. " * 20 + "\n\n" + "And others. " * 30
    transcript.show_conversation(many(6))
    transcript.begin_answer("Claude", False)
    for _ in range(30):
        transcript.extend_answer(text)
        transcript._flush()
    if not follows:
        transcript.scroll_by(-200)
    column, scroller, live = transcript.column, transcript.scroller, len(transcript.column.messages) - 1
    assert transcript._activity.isVisible()
    assert transcript._activity.y() == column.bottom(live) - scroller.top - FOOTER - ROW_GAP
    before = column.top(live) - scroller.top, transcript.verticalScrollBar().maximum()
    transcript.finish_answer(said(99, text * 30))
    assert not transcript._activity.isVisible()
    assert (column.top(live) - scroller.top, transcript.verticalScrollBar().maximum()) == before


def test_a_stored_answer_that_is_another_is_shown_as_it_is(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("one\n\ntwo")
    transcript._flush()
    transcript.finish_answer(said(2, "one\n\nnot two\n\nthree"))
    pieces = [slot.piece.text for slot in transcript.column.layout(0).slots]
    assert pieces == ["one\n\n", "not two\n\n", "three"]


def test_retry_voids_the_text_so_far(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("half an ans")
    transcript._flush()
    transcript.extend_answer("wer that never shows")
    transcript.restart_answer()
    transcript.extend_answer("whole")
    transcript._flush()
    assert transcript.plain_text() == "Assistant: whole"


def test_the_line_below_says_who_writes_again_after_a_retry(transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    assert transcript._activity.text == "Claude is writing"
    transcript.restart_answer()
    transcript.set_activity("Overloaded. Attempt 2 in 1 s.")
    assert transcript._activity.text == "Overloaded. Attempt 2 in 1 s."
    transcript.extend_answer("whole")
    transcript._flush()
    assert transcript._activity.text == "Claude is writing"


def test_a_dropped_answer_leaves_nothing(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.append_message(said(1, "hello", "user"))
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("half")
    transcript.drop_answer()
    transcript.drop_answer()
    transcript.extend_answer("late")
    qtbot.waitUntil(lambda: not transcript._stream.is_waiting)
    assert transcript.plain_text() == "You: hello"
    assert not transcript._activity.isVisible()


def test_answer_without_a_stream_is_appended(transcript: Transcript) -> None:
    transcript.finish_answer(said(1, "summary"))
    assert transcript.plain_text() == "Assistant: summary"


def test_activity_stands_under_the_last_message(transcript: Transcript) -> None:
    transcript.append_message(said(1, "hello", "user"))
    transcript.set_activity("Gathering · round 2 · 3 calls")
    line = transcript._activity
    assert line.isVisible()
    assert line.accessibleName() == "Gathering · round 2 · 3 calls"
    assert line.y() >= transcript.column.bottom(0) - transcript.scroller.top
    transcript.set_activity(None)
    assert not line.isVisible()


def test_evidence_of_the_stream_is_that_of_the_stored_answer(transcript: Transcript) -> None:
    transcript.append_message(said(1, "hello", "user", run_id="r1"))
    transcript.begin_answer("Claude", False, ["c1"])
    transcript.extend_answer("see [1]")
    transcript._flush()
    transcript.finish_answer(said(2, "see [1]", run_id="r1"))
    assert [link.target for link in transcript.column.layout(1).segment(0).links()] == ["evidence:c1"]
