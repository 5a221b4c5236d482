import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.messages import Message, MessageDetails, StopReason, Usage
from desktop.views import theme
from desktop.views.code_view import CodeView
from desktop.views.message_details import details_text, stop_mark
from desktop.views.message_view import MessageView, link_tool_tip
from desktop.views.prose_block import ProseBlock
from desktop.views.transcript import Transcript
from desktop.views.transcript_rows import NoteView
from tests.views.finding import child

ANSWER = "First [1], then [a link](https://example.org/x).\n\n```python\nprint(1)\n```\n\nLast *words*."


def said(number: int, text: str = "", role: str = "assistant", **more: object) -> Message:
    return Message.model_validate({"id": str(number), "role": role, "text": text or f"message {number}", **more})


def many(count: int) -> list[Message]:
    text = "Some words. " * 40 + "\n\n```python\nx = 1\ny = 2\n```\n\n- one\n- two"
    return [said(n, f"number {n} {text}", "user" if n % 2 == 0 else "assistant") for n in range(count)]


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 800, 500)
    QCursor.setPos(0, 0)  # where the test before left it, it might hover a message
    view.show()
    qtbot.waitExposed(view)
    return view


def views(transcript: Transcript) -> list[MessageView]:
    return [row.view for row in transcript._column.rows if isinstance(row.view, MessageView)]


def bar(transcript: Transcript) -> tuple[int, int]:
    return transcript._bar.value(), transcript._bar.maximum()


def settled(qtbot: QtBot, transcript: Transcript) -> None:
    rows = transcript._column.rows
    qtbot.waitUntil(lambda: all(transcript._column.is_laid_out(row) for row in rows[-300:]))
    qtbot.waitUntil(lambda: not transcript._idle_timer.isActive())


def link_point(view: MessageView, target: str) -> QPoint:
    for block in view.blocks:
        area = block.area
        for y in range(area.top(), area.bottom(), 4):
            for x in range(area.left(), area.right(), 3):
                if view.link_at(QPoint(x, y)) == target:
                    return QPoint(x, y)
    raise AssertionError(f"no link to {target!r}")


def test_messages_are_items_of_a_list_and_named_by_who_speaks(transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "hello", "user"), said(2, "hi **you**")])
    column = QAccessible.queryAccessibleInterface(transcript._column)
    assert column.role() == QAccessible.Role.List
    assert column.text(QAccessible.Text.Name) == "Transcript"
    items = [QAccessible.queryAccessibleInterface(view) for view in views(transcript)]
    assert [item.role() for item in items] == [QAccessible.Role.ListItem] * 2
    assert [item.text(QAccessible.Text.Name) for item in items] == ["You: hello", "Assistant: hi **you**"]


def test_messages_are_read_in_their_order(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(30))
    settled(qtbot, transcript)
    transcript.append_message(said(30))
    transcript.set_outcome("Stopped.")
    found = [each for each in transcript._column.children() if isinstance(each, MessageView | NoteView)]
    assert [each.message.id for each in found[:-1] if isinstance(each, MessageView)] == [str(n) for n in range(31)]
    assert isinstance(found[-1], NoteView)


def test_plain_text_holds_the_conversation(transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "hello", "user"), said(2, "hi")])
    assert transcript.plain_text() == "You: hello\n\nAssistant: hi"


def test_conversation_opens_at_its_end_and_without_a_freeze(qtbot: QtBot, transcript: Transcript) -> None:
    began = time.perf_counter()
    transcript.show_conversation(many(200))
    assert time.perf_counter() - began < 0.5
    assert len(views(transcript)) < 30
    assert bar(transcript)[0] == bar(transcript)[1] > 0
    settled(qtbot, transcript)
    assert len(views(transcript)) == 200
    assert bar(transcript)[0] == bar(transcript)[1]


def test_rows_made_above_do_not_move_what_is_read(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(60))
    transcript._bar.setValue(bar(transcript)[1] - 900)
    row = transcript._column.rows[transcript._column.row_at(transcript._bar.value())]
    offset = transcript._bar.value() - transcript._column.top_of(row)
    settled(qtbot, transcript)
    assert transcript._bar.value() - transcript._column.top_of(row) == offset


def test_resizing_keeps_what_is_at_the_top(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    settled(qtbot, transcript)
    transcript._bar.setValue(bar(transcript)[1] // 2)
    row = transcript._column.rows[transcript._column.row_at(transcript._bar.value())]
    transcript.resize(500, 500)
    settled(qtbot, transcript)
    assert transcript._column.rows[transcript._column.row_at(transcript._bar.value())] is row


def test_text_keeps_a_readable_measure_however_wide(transcript: Transcript) -> None:
    transcript.show_conversation(many(2))
    transcript.resize(2400, 500)
    view = views(transcript)[-1]
    assert view.width() < 900
    assert abs(view.geometry().center().x() - transcript._column.width() // 2) <= 1


def test_stream_is_followed_while_at_the_end(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(6))
    transcript.begin_answer("Claude", False)
    for number in range(40):
        transcript.extend_answer(f"paragraph {number}\n\n")
    qtbot.waitUntil(lambda: "paragraph 39" in transcript.plain_text())
    assert bar(transcript)[0] == bar(transcript)[1]
    assert not transcript._new_below.isVisible()


def test_reading_above_is_not_disturbed_and_new_text_is_told_of(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    settled(qtbot, transcript)
    transcript._bar.setValue(bar(transcript)[1] // 2)
    value = transcript._bar.value()
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("new words\n\n" * 50)
    qtbot.waitUntil(lambda: "new words" in transcript.plain_text())
    assert transcript._bar.value() == value
    assert transcript._new_below.isVisible()
    QTest.mouseClick(transcript._new_below, Qt.MouseButton.LeftButton)
    assert bar(transcript)[0] == bar(transcript)[1]
    assert not transcript._new_below.isVisible()


def test_own_message_is_always_scrolled_to(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(20))
    transcript._bar.setValue(0)
    transcript.append_message(said(99, "mine", "user"))
    assert bar(transcript)[0] == bar(transcript)[1]


def test_streamed_and_stored_answer_look_alike(qtbot: QtBot, transcript: Transcript) -> None:
    text = "# Title\n\n" + "words and more. " * 60 + "\n\nnext\n\n```py\na = 1\n```\nend\n\n- a\n- b\n"
    transcript.begin_answer("Claude", False)
    for start in range(0, len(text), 7):
        transcript.extend_answer(text[start : start + 7])
        transcript._flush()
    live = [block.segment for block in views(transcript)[0].blocks]
    kept = views(transcript)[0].blocks[:-1]
    transcript.finish_answer(said(2, text))
    finished = views(transcript)[0].blocks
    assert [block.segment for block in finished] == live
    assert all(a is b for a, b in zip(kept, finished, strict=False))


def test_only_the_tail_is_laid_out_anew(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("before\n\n```py\na = 1\n```\nafter")
    transcript._flush()
    before = list(views(transcript)[0].blocks)
    transcript.extend_answer(" and more")
    transcript._flush()
    assert all(a is b for a, b in zip(before[:-1], views(transcript)[0].blocks, strict=False))


def test_flushes_are_coalesced(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    for _ in range(1000):
        transcript.extend_answer("x")
    assert views(transcript)[0].message.text == ""
    qtbot.waitUntil(lambda: views(transcript)[0].message.text == "x" * 1000)


def test_retry_voids_the_text_so_far(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    transcript.extend_answer("half an ans")
    transcript._flush()
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
    qtbot.waitUntil(lambda: not transcript._flush_timer.isActive())
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
    assert line.y() >= views(transcript)[0].geometry().bottom()
    transcript.set_activity(None)
    assert not line.isVisible()


def test_outcome_offers_its_action_where_it_happened(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.append_message(said(1, "hello", "user"))
    transcript.set_outcome("The model is overloaded.", "write_again", "Write again")
    note = child(transcript, NoteView)
    button = child(note, QPushButton)
    with qtbot.waitSignal(transcript.outcome_action) as told:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == ["write_again"]
    assert note.geometry().top() >= views(transcript)[0].geometry().bottom()
    transcript.set_outcome(None)
    assert not note.isVisible()


def test_outcome_stays_without_its_action_when_the_conversation_goes_on(transcript: Transcript) -> None:
    transcript.append_message(said(1, "hello", "user"))
    transcript.set_outcome("You stopped it.", "write_again", "Write again")
    note = child(transcript, NoteView)
    transcript.append_message(said(2, "again", "user"))
    transcript.set_outcome("Waits for you.", "review", "Review")
    assert note.isVisible()
    assert not child(note, QPushButton).isVisible()
    assert len(transcript.findChildren(NoteView)) == 2


def test_link_is_followed_on_a_click_only(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER, run_id="r1")], {"r1": ["c1"]})
    view = views(transcript)[0]
    with qtbot.waitSignal(transcript.link_activated) as told:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=link_point(view, "https://example.org/x"))
    assert told.args == ["https://example.org/x"]
    with qtbot.waitSignal(transcript.evidence_activated) as told:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=link_point(view, "evidence:c1"))
    assert told.args == ["c1"]


def test_real_target_is_the_tool_tip() -> None:
    assert link_tool_tip("https://example.org/\u202ex") == "https://example.org/‹U+202E›x"  # noqa: RUF001
    assert link_tool_tip("https://xn--80ak6aa92e.com/") == "https://xn--80ak6aa92e.com/"
    assert "Host: xn--80ak6aa92e.com" in link_tool_tip("https://аррӏе.com/")  # noqa: RUF001


def test_links_are_reached_by_tab_and_followed_by_enter(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER, run_id="r1")], {"r1": ["c1"]})
    transcript.activateWindow()
    transcript.focus_previous_message()
    view = views(transcript)[0]
    qtbot.waitUntil(view.hasFocus)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    with qtbot.waitSignal(transcript.link_activated) as told:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert told.args == ["https://example.org/x"]


def drag(view: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_selection_over_code_copies_markdown(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER)])
    view = views(transcript)[0]
    drag(view, view.blocks[0].area.topLeft(), view.blocks[2].area.bottomRight())
    view.copy_selection()
    assert QGuiApplication.clipboard().text() == ANSWER


def test_selected_code_copies_without_its_fence(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER)])
    view = views(transcript)[0]
    code = view.blocks[1]
    assert isinstance(code, CodeView)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=code.area.topLeft() + QPoint(20, 40))
    assert view.selected_markdown() == "print"


def test_whole_message_copies_as_its_markdown(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER)])
    transcript.activateWindow()
    transcript.focus_previous_message()
    view = views(transcript)[0]
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == ANSWER


def named(parent: QWidget, name: str) -> QPushButton:
    return next(button for button in parent.findChildren(QPushButton) if button.accessibleName() == name)


def test_code_is_copied_by_its_button(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER)])
    QTest.mouseClick(named(views(transcript)[0], "Copy code"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "print(1)"


def test_actions_and_details_show_with_the_focus_and_move_nothing(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation([said(1, ANSWER, run_id="r1"), said(2, "second", run_id="r2")])
    transcript.activateWindow()
    view = views(transcript)[1]
    before = [each.geometry() for each in views(transcript)]
    assert [each for each in view.findChildren(QPushButton) if each.isVisible()] == []
    transcript.focus_previous_message()
    qtbot.waitUntil(view.hasFocus)
    assert named(view, "Copy message").isVisible()
    with qtbot.waitSignal(transcript.message_action) as told:
        QTest.mouseClick(named(view, "Write again"), Qt.MouseButton.LeftButton)
    assert told.args == ["2", "write_again"]
    transcript.focus_previous_message()
    assert not named(view, "Copy message").isVisible()
    assert named(views(transcript)[0], "Copy message").isVisible()
    assert [each.geometry() for each in views(transcript)] == before


def test_focus_moves_from_message_to_message(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.show_conversation(many(30))
    transcript.activateWindow()
    for expected in (29, 28, 27):
        transcript.focus_previous_message()
        focus = QApplication.focusWidget()
        assert isinstance(focus, MessageView)
        assert focus.message.id == str(expected)
        assert focus.geometry().top() >= transcript._bar.value() - 1
    transcript.focus_next_message()
    focus = QApplication.focusWidget()
    assert isinstance(focus, MessageView)
    assert focus.message.id == "28"


def test_details_name_all_that_is_known() -> None:
    details = MessageDetails(
        model="m", label="Model", host="api.example.org", fallback=True, gather_ms=4200, answer_ms=61_000,
        usage=Usage(input_tokens=1200, cached_tokens=1000, output_tokens=34, cost_usd=0.0123),
        stop=StopReason.MAX_TOKENS,
    )  # fmt: skip
    assert details_text(said(1, details=details)) == (
        "Model · fallback · api.example.org · 1,200 → 34 tokens · $0.0123 · gathered 4.2 s · wrote 1 min 1 s · "
        "1,000 cached · max tokens"
    )


def test_unknown_cost_is_said_to_be_unknown() -> None:
    assert "cost unknown" in details_text(said(1, details=MessageDetails(model="m", label="M")))


@pytest.mark.parametrize("stop", [StopReason.STOPPED, StopReason.CUT, StopReason.MAX_TOKENS, StopReason.BLOCKED])
def test_an_answer_that_ended_early_is_marked(transcript: Transcript, stop: StopReason) -> None:
    whole = said(1, "x", details=MessageDetails(model="m", label="M"))
    cut = said(2, "x", details=MessageDetails(model="m", label="M", stop=stop))
    transcript.show_conversation([whole, cut])
    first, second = views(transcript)
    assert second.height() > first.height()


def test_off_the_record_shows_on_every_message(transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "x"), said(2, "x", off_record=True)])
    first, second = views(transcript)
    assert second.height() > first.height()


def test_messages_follow_the_theme(qtbot: QtBot, transcript: Transcript, qapp: QApplication) -> None:
    transcript.show_conversation(many(4))
    settled(qtbot, transcript)
    theme.apply(qapp, "dark")
    settled(qtbot, transcript)
    block = views(transcript)[-1].blocks[0]
    assert isinstance(block, ProseBlock)
    assert block.document.begin().begin().fragment().charFormat().foreground().color() == theme.DARK.text


def test_users_words_are_never_markup(transcript: Transcript) -> None:
    transcript.show_conversation([said(1, "# not <b>a</b> *title*\n\n```\nx\n```", "user")])
    block = views(transcript)[0].blocks[0]
    assert isinstance(block, ProseBlock)
    assert block.document.toPlainText() == "# not <b>a</b> *title*\n\n```\nx\n```"


def test_link_definitions_at_the_end_hold_when_finished(transcript: Transcript) -> None:
    text = "See [it].\n\n```\nx\n```\n\n[it]: https://example.org/it"
    transcript.begin_answer("Claude", False)
    transcript.extend_answer(text)
    transcript._flush()
    transcript.finish_answer(said(1, text))
    assert [link[3] for link in views(transcript)[0].all_links()] == ["https://example.org/it"]


def test_an_answer_is_named_by_what_has_come_of_it(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.begin_answer("Claude", False)
    view = views(transcript)[-1]
    assert view.accessibleName() == "Assistant: "
    transcript.extend_answer("Half an")
    transcript.extend_answer(" answer")
    qtbot.waitUntil(lambda: view.accessibleName() == "Assistant: Half an answer")
    transcript.restart_answer()
    transcript.extend_answer("Anew")
    qtbot.waitUntil(lambda: view.accessibleName() == "Assistant: Anew")
    transcript.finish_answer(said(2, "Anew and whole"))
    assert view.accessibleName() == "Assistant: Anew and whole"


def test_naming_a_long_answer_while_it_comes_costs_little(
    qtbot: QtBot, transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript.begin_answer("Claude", False)
    view = views(transcript)[-1]
    named: list[str] = []
    monkeypatch.setattr(view, "setAccessibleName", named.append)
    monkeypatch.setattr(view, "accessibleName", lambda: named[-1] if named else "")
    for number in range(300):
        transcript.extend_answer(f"token {number} " + "word " * 100)
        if number % 10 == 0:
            QTest.qWait(5)
    qtbot.waitUntil(lambda: bool(named) and len(named[-1]) > 20_000)
    transcript.extend_answer("and more")
    QTest.qWait(600)
    assert len(named) < 20  # of 300 tokens
    assert max(len(name) for name in named) < 20_100
    assert named[-1].startswith("Assistant: token 0")


@pytest.mark.parametrize(
    ("stop", "words"), [(StopReason.END, ""), (StopReason.STOPPED, "Stopped"), (StopReason.CUT, "Cut off")]
)
def test_the_mark_of_a_message_leaves_the_rest_to_the_outcome(stop: StopReason, words: str) -> None:
    details = MessageDetails(model="m", label="M", usage=Usage(), stop=stop)
    assert stop_mark(said(1, details=details)) == words


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_failure_reads_as_one(qapp: QApplication, transcript: Transcript, scheme: theme.Scheme) -> None:
    theme.apply(qapp, scheme)
    transcript.append_message(said(1, "hello", "user"))
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


def test_the_mark_of_a_failure_follows_the_theme(qapp: QApplication, transcript: Transcript) -> None:
    transcript.set_outcome("The model is overloaded.", kind="danger")
    note = child(transcript, NoteView)
    (mark,) = (each for each in note.findChildren(QLabel) if not each.pixmap().isNull())
    before = mark.pixmap().toImage()
    theme.apply(qapp, "dark")
    assert mark.pixmap().toImage() != before
