"""Typing into a field that the person has just asked for, while the guard is up."""

import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.input_guard import InputGuard


def guarded_window(qtbot: QtBot) -> tuple[QWidget, QLineEdit, QPushButton, list[str], InputGuard]:
    window = QWidget()
    field, button = QLineEdit(), QPushButton("Decide")
    layout = QVBoxLayout(window)
    layout.addWidget(field)
    layout.addWidget(button)
    pressed: list[str] = []
    button.clicked.connect(lambda: pressed.append("button"))
    field.returnPressed.connect(lambda: pressed.append("return"))
    qtbot.addWidget(window)
    window.show()
    return window, field, button, pressed, InputGuard(window, 60_000)


def test_letters_reach_the_field_and_nothing_else_is_heard(qtbot: QtBot) -> None:
    window, field, button, pressed, guard = guarded_window(qtbot)
    field.setFocus()
    guard.raise_now(let_type=True)
    QTest.keyClicks(field, "not that one")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert field.text() == "not that one"
    assert pressed == []
    guard.stand_down()
    window.close()


def test_a_guard_that_lets_nothing_through_refuses_letters_too(qtbot: QtBot) -> None:
    window, field, _, _, guard = guarded_window(qtbot)
    field.setFocus()
    guard.raise_now(let_type=True)
    guard.raise_now()
    QTest.keyClicks(field, "x")
    assert field.text() == ""
    guard.stand_down()
    window.close()


def test_a_program_too_busy_to_hear_refuses_what_came_meanwhile(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    guard = InputGuard(window, 20)
    guard.raise_now()
    until = time.monotonic() + 0.2
    while time.monotonic() < until:  # the window's thread is busy, and the guard's time goes by
        pass
    with qtbot.waitSignal(guard._timer.timeout):
        pass
    assert guard.is_raised, "what waits to be heard comes after this"
    qtbot.waitUntil(lambda: not guard.is_raised)
