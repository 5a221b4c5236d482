"""A picture in a window of its own: fitted, zoomed where the pointer is, moved, closed by Escape."""

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.picture_window import PictureWindow


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[PictureWindow]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = PictureWindow("sunset.png", parent)
    made.show()
    image = QImage(2000, 1000, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    image.setPixelColor(1999, 999, QColor("blue"))
    made.show_picture(image)
    QApplication.processEvents()
    yield made
    if shiboken6.isValid(made):  # it goes when it is closed
        shiboken6.delete(made)
    parent.close()


def turn(window: PictureWindow, at: QPointF, steps: int) -> None:
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        at, window.view.mapToGlobal(at), QPoint(), QPoint(0, 120 * steps), none, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(window.view, event)


def test_all_of_a_large_picture_shows_on_the_screen(window: PictureWindow) -> None:
    room = window.screen().availableSize()
    assert window.width() <= room.width()
    assert window.height() <= room.height()
    shown = window.view.grab().toImage()
    middle = shown.height() // 2
    assert shown.pixelColor(2, middle) == QColor("red")
    assert shown.pixelColor(shown.width() - 3, middle) == QColor("red")
    assert "%" in window.windowTitle()


def test_the_wheel_zooms_at_the_pointer(window: PictureWindow) -> None:
    view, before = window.view, window.view.zoom
    corner = QPointF(view.width(), view.height() / 2 + 1000 * view.zoom / 2)
    turn(window, corner, 30)
    assert view.zoom == 16
    shown = view.grab().toImage()
    found = [y for y in range(shown.height()) if shown.pixelColor(shown.width() - 2, y) == QColor("blue")]
    assert found, "the corner that was pointed at is still there"
    turn(window, corner, -60)
    assert view.zoom == pytest.approx(before)


def test_a_small_picture_is_no_larger_than_it_is(window: PictureWindow) -> None:
    small = QImage(20, 10, QImage.Format.Format_RGB32)
    small.fill(QColor("red"))
    window.show_picture(small)
    assert window.view.zoom == 1
    QTest.keyClick(window.view, Qt.Key.Key_Plus)
    assert window.view.zoom == 1.25
    QTest.keyClick(window.view, Qt.Key.Key_0)
    assert window.view.zoom == 1


def test_escape_closes(window: PictureWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.destroyed):
        QTest.keyClick(window.view, Qt.Key.Key_Escape)
