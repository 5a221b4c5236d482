import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.views import theme
from desktop.views.diff_rows import diff_rows, shown_rows, side_by_side
from desktop.views.diff_view import DiffView
from desktop.views.diff_words import changed_words
from tests.views.hostile import HOSTILE

DIFF = "--- a.md\n+++ a.md\n@@ -1,4 +1,4 @@\n same\n-old\n-older\n+new\n tail\n+++ plus\n--- minus"


def rows(diff: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    left, right = side_by_side(diff)
    return [(row.kind, row.text) for row in left], [(row.kind, row.text) for row in right]


def test_lines_that_look_like_file_names_are_changes_inside_a_hunk() -> None:
    assert [row.kind for row in diff_rows(DIFF)] == [
        "head", "head", "head", "same", "removed", "removed", "added", "same", "added", "removed",
    ]  # fmt: skip


def test_sides_stand_beside_each_other() -> None:
    left, right = rows(DIFF)
    assert left == [
        ("head", "--- a.md"), ("head", "@@ -1,4 +1,4 @@"), ("same", " same"), ("removed", "-old"),
        ("removed", "-older"), ("same", " tail"), ("gap", ""), ("removed", "--- minus"),
    ]  # fmt: skip
    assert right == [
        ("head", "+++ a.md"), ("head", "@@ -1,4 +1,4 @@"), ("same", " same"), ("added", "+new"),
        ("gap", ""), ("same", " tail"), ("added", "+++ plus"), ("gap", ""),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["-", "+", " ", "\\", "@@ ", "--- ", ""]).flatmap(lambda s: st.text().map(s.__add__))))
def test_no_line_is_lost_and_both_sides_are_as_long(lines: list[str]) -> None:
    diff = "\n".join(lines)
    left, right = side_by_side(diff)
    assert len(list(shown_rows(left))) == len(list(shown_rows(right)))
    both = {row.text for row in (*left, *right)}
    assert set(diff.split("\n")) - both <= {""}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_sides_have_equally_many_lines_on_the_screen(qtbot: QtBot, text: str) -> None:
    view = DiffView("Change", "@@ @@\n-" + text.replace("\n", "\n-") + "\n+" + text[:300], is_side_by_side=True)
    qtbot.addWidget(view)
    view.show()
    left, right = view.sides
    qtbot.waitUntil(lambda: left.is_complete and right.is_complete, timeout=20_000)
    assert left.blockCount() == right.blockCount()


def test_it_switches_and_both_sides_scroll_together(qtbot: QtBot) -> None:
    body = "\n".join(f"-{'old ' * 60}{number}\n+{'new ' * 60}{number}" for number in range(40))
    view = DiffView("Change", "@@ @@\n" + body)
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    assert view.unified.isVisible()
    assert view.sides == []
    assert view.unified.horizontalScrollBar().maximum() > 0
    view.set_side_by_side(True)
    assert not view.unified.isVisible()
    left, right = view.sides
    qtbot.waitUntil(lambda: left.verticalScrollBar().maximum() > 0)
    left.verticalScrollBar().setValue(9)
    right.horizontalScrollBar().setValue(20)
    assert right.verticalScrollBar().value() == 9
    assert left.horizontalScrollBar().value() == 20
    view.set_side_by_side(False)
    assert view.unified.isVisible()


def test_signs_stand_beside_the_colours_in_both_themes(qtbot: QtBot, qapp: QApplication) -> None:
    view = DiffView("Change", DIFF, is_side_by_side=True)
    qtbot.addWidget(view)
    view.show()
    for each in theme.LIGHT, theme.DARK:
        theme.apply(qapp, "dark" if each.is_dark else "light")
        inks = {mark.format.foreground().color().name() for mark in view.unified.extraSelections()}
        assert {each.success.name(), each.danger.name(), each.muted.name()} == inks
    assert [line[:1] for line in view.sides[0].toPlainText().split("\n")] == ["-", "@", " ", "-", "-", " ", "", "-"]


NUMBERED = """--- a.md
+++ a.md
@@ -7,4 +7,5 @@ heading
 same
-The launch is on the 12th.
+The launch is on the 14th.
+The guide is due before.
 tail
@@ -40 +41 @@
-last
\\ No newline at end of file
+last one"""


def test_lines_have_their_numbers_in_both_texts() -> None:
    assert [(row.old, row.new) for row in diff_rows(NUMBERED)] == [
        (None, None), (None, None), (None, None), (7, 7), (8, None), (None, 8), (None, 9), (9, 10),
        (None, None), (40, None), (None, None), (None, 41),
    ]  # fmt: skip
    left, right = side_by_side(NUMBERED)
    assert [row.old for row in left] == [None, None, 7, 8, None, 9, None, 40, None]
    assert [row.new for row in right] == [None, None, 7, 8, 9, 10, None, 41, None]


def test_head_that_tells_no_lines_gives_no_numbers() -> None:
    assert {(row.old, row.new) for row in diff_rows("@@ path @@\n-a\n+b\n@@ -9999999999 +1 @@\n c")} == {(None, None)}


def test_changed_lines_know_each_other() -> None:
    assert [row.other for row in diff_rows("@@ @@\n-a\n-b\n+c\n x\n+d")] == [None, "+c", None, "-a", None, None]


@pytest.mark.parametrize(
    ("line", "other", "words"),
    [
        ("on the 12th.", "on the 14th.", ["12th"]),
        ("one two three", "one 2 3 three", ["two"]),
        ("one 2 3 three", "one two three", ["2 3"]),
        ("the same", "the same", []),
        ("the same and more", "the same", [" and more"]),
        ("wholly", "other", []),
        ("", "x", []),
        ("x " * 2000, "x " * 1999, []),
    ],
)
def test_words_that_changed_are_found(line: str, other: str, words: list[str]) -> None:
    assert [line[start:end] for start, end in changed_words(line, other)] == words


@given(st.text(alphabet="ab .", max_size=60), st.text(alphabet="ab .", max_size=60))
def test_what_is_not_marked_is_in_the_other_line(line: str, other: str) -> None:
    spans = changed_words(line, other)
    assert all(start < end <= len(line) for start, end in spans)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
    if spans:
        rest = iter(other)
        kept = "".join(c for n, c in enumerate(line) if not any(start <= n < end for start, end in spans))
        assert all(character in rest for character in kept)


def view_of(qtbot: QtBot, diff: str, *, sides: bool = False) -> DiffView:
    view = DiffView("Change", diff, is_side_by_side=sides)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    return view


def marked(view: QPlainTextEdit) -> list[str]:
    """The words on a stronger ground."""
    return [
        mark.cursor.selectedText()
        for mark in view.extraSelections()
        if not mark.format.boolProperty(QTextFormat.Property.FullWidthSelection)
    ]


def test_changed_words_stand_on_a_stronger_ground(qtbot: QtBot) -> None:
    view = view_of(qtbot, NUMBERED, sides=True)
    assert marked(view.sides[0]) == ["12th"]
    assert marked(view.sides[1]) == ["14th", " one"]
    view.set_side_by_side(False)
    assert marked(view.unified) == ["12th", "14th", " one"]


def test_marks_stand_right_after_characters_of_two_units(qtbot: QtBot) -> None:
    view = view_of(qtbot, "@@ -1 +1 @@\n-\U0001f600 the \u202e old one\n+\U0001f600 the \u202e new one")
    assert marked(view.unified) == ["old", "new"]


def test_lines_far_down_are_coloured_when_they_come_into_sight(qtbot: QtBot) -> None:
    body = "\n".join(f"-line {n} old\n+line {n} new" for n in range(10_000))
    view = view_of(qtbot, f"@@ -1,10000 +1,10000 @@\n{body}")
    qtbot.waitUntil(lambda: view.unified.is_complete, timeout=20_000)
    view.unified.setFocus()
    QTest.keyClick(view.unified, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.unified.verticalScrollBar().value() > 19_000
    assert set(marked(view.unified)) == {"old", "new"}
    assert len(view.unified.extraSelections()) < 60
    QTest.keyClick(view.unified, Qt.Key.Key_PageUp)
    QTest.keyClick(view.unified, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert view.unified.verticalScrollBar().value() == 0


def copied(view: QPlainTextEdit) -> str:
    view.selectAll()
    view.copy()
    return QApplication.clipboard().text()


def test_copies_have_no_numbers_and_of_one_side_neither_signs_nor_gaps(qtbot: QtBot) -> None:
    view = view_of(qtbot, NUMBERED, sides=True)
    assert copied(view.unified) == NUMBERED
    left, right = view.sides
    before = "same\nThe launch is on the 12th.\ntail"
    assert before in copied(left)
    assert "same\nThe launch is on the 14th.\nThe guide is due before.\ntail" in copied(right)


def test_overlong_line_is_copied_in_one_piece(qtbot: QtBot) -> None:
    line = "-" + "x" * 5_000
    assert copied(view_of(qtbot, f"@@ -1 +0,0 @@\n{line}").unified) == f"@@ -1 +0,0 @@\n{line}"


def test_part_of_a_line_is_copied_as_it_was_chosen(qtbot: QtBot) -> None:
    shown = view_of(qtbot, "@@ -1 +1 @@\n-\U0001f600 old\n+\U0001f600 new")
    view = shown.unified
    cursor = view.textCursor()
    cursor.setPosition(view.document().findBlockByNumber(1).position() + 4)
    cursor.setPosition(cursor.position() + 3, cursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    assert view.createMimeDataFromSelection().text() == "old"


def test_numbers_leave_room_beside_the_text_and_none_where_there_are_none(qtbot: QtBot) -> None:
    assert view_of(qtbot, NUMBERED).unified.viewportMargins().left() > 20
    assert view_of(qtbot, "@@ path @@\n-a\n+b").unified.viewportMargins().left() == 0
