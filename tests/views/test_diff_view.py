import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views import theme
from desktop.views.diff_rows import diff_rows, shown_kinds, side_by_side
from desktop.views.diff_view import DiffView
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
    assert len(list(shown_kinds(left))) == len(list(shown_kinds(right)))
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
