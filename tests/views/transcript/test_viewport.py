"""The events that the transcript's ground takes itself."""

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from desktop.views.transcript import Transcript
from tests.views.transcript.conftest import said


def shown(qtbot: QtBot, text: str) -> Transcript:
    view = Transcript()
    qtbot.addWidget(view)
    view.setGeometry(60, 60, 700, 420)
    view.show()
    qtbot.waitExposed(view)
    view.show_conversation([said(1, text)])
    qtbot.waitUntil(lambda: view.scroller.is_settled)
    return view


def point_of(view: Transcript, position: int) -> QPoint:
    """A point on a character of the first message."""
    area = view.caret_area((0, 0, position))
    return QPoint(view.left + int(area.x()) + 3, int(area.center().y()) - view.scroller.top)


def test_a_link_tells_where_it_leads(qtbot: QtBot) -> None:
    view = shown(qtbot, "See [the manual](https://example.org/manual) for more.")
    point = point_of(view, 8)
    event = QHelpEvent(QEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)
    assert "example.org/manual" in QToolTip.text()
    QToolTip.hideText()


def test_what_is_under_the_pointer_is_forgotten_when_it_leaves(qtbot: QtBot) -> None:
    view = shown(qtbot, "Some words.")
    QTest.mouseMove(view.viewport(), point_of(view, 3))
    qtbot.waitUntil(lambda: bool(view.footers._made))
    QTest.mouseMove(view.window(), QPoint(1, 1))
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: not any(footer.isVisible() for footer in view.footers._made.values()))


def test_on_a_screen_of_another_scale_all_is_drawn_anew(qtbot: QtBot) -> None:
    view = shown(qtbot, "Some words.")
    before = view.column.version
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.DevicePixelRatioChange))
    assert view.column.version > before
