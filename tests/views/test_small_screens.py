"""On a small screen (1400 by 900 pixels at 200 %) every button of every dialog is there, and whole."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.settings_dialog import MODELS, ROLES
from tests.views.gallery_settings import dialog as settings
from tests.views.test_stray_windows import STATES

SCREEN = QSize(700, 450)
TITLE_BAR = 28
NAMES = (
    "personas", "usage", "audit-narrow", "settings-general", "settings-models", "settings-roles", "tools",
    "tools-crowded", "window-keys", "window-keys_further", "window-servers_found", "window-servers_none",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QScreen, "availableSize", lambda _screen: SCREEN)
    monkeypatch.setattr(QScreen, "availableGeometry", lambda _screen: QRect(QPoint(0, 0), SCREEN))


def is_scrolled(widget: QWidget, top: QWidget) -> bool:
    """Whether it can be scrolled to."""
    around = widget.parentWidget()
    while around is not None and around is not top:
        if isinstance(around, QScrollArea):
            return True
        around = around.parentWidget()
    return False


@pytest.mark.parametrize("name", NAMES)
def test_all_buttons_of_a_dialog_are_whole(name: str, qapp: QApplication, qtbot: QtBot) -> None:
    check(STATES[name], qapp, qtbot)


@pytest.mark.parametrize("page", [MODELS, ROLES])
def test_the_pages_of_the_settings_have_no_sideways_cut(page: str, qapp: QApplication, qtbot: QtBot) -> None:
    check(lambda: settings(page), qapp, qtbot)


def check(make: Callable[[], QWidget], qapp: QApplication, qtbot: QtBot) -> None:
    made = make()
    assert isinstance(made, QDialog)
    qtbot.addWidget(made)
    made.resize(made.size().boundedTo(SCREEN - QSize(0, TITLE_BAR)))
    made.show()
    for _ in range(5):
        qapp.processEvents()
    assert made.width() <= SCREEN.width()
    assert made.height() <= SCREEN.height() - TITLE_BAR
    for scroll in made.findChildren(QScrollArea):
        if scroll.isVisible() and (inside := scroll.widget()) is not None:
            assert inside.width() <= scroll.viewport().width(), "cut at the right"
    controls = [*made.findChildren(QAbstractButton), *made.findChildren(QComboBox)]
    assert controls
    for each in controls:
        if not each.isVisible() or isinstance(each.parentWidget(), QLineEdit):
            continue
        place = QRect(each.mapTo(made, QPoint(0, 0)), each.size())
        wanted = each.minimumSizeHint()
        what = f"{each.accessibleName()!r} at {place}"
        assert made.rect().left() <= place.left(), what
        assert place.right() <= made.rect().right(), what
        assert each.width() >= wanted.width(), what
        if not is_scrolled(each, made):
            assert made.rect().contains(place), what
            assert each.height() >= min(wanted.height(), 20), what
