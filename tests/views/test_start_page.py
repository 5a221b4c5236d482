from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.views.card import Card
from desktop.views.start_page import EXAMPLES, StartPage
from desktop.views.theme import SPACE


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    widget = StartPage()
    widget.resize(640, 500)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_a_first_start_offers_three_ways(page: StartPage) -> None:
    page.show_first_start()
    cards = [card for card in page.findChildren(Card) if card.isVisible()]
    assert [card.accessibleName() for card in cards] == ["Add API keys", "Use a local server", "Try the offline demo"]
    assert all(card.accessibleDescription() for card in cards)
    assert page.is_first_start


@pytest.mark.parametrize(
    ("card", "signal"), [("keys", "keys_chosen"), ("local_server", "local_server_chosen"), ("demo", "demo_chosen")]
)
def test_each_choice_is_told(page: StartPage, qtbot: QtBot, card: str, signal: str) -> None:
    page.show_first_start()
    with qtbot.waitSignal(getattr(page, signal)):
        QTest.mouseClick(getattr(page, card), Qt.MouseButton.LeftButton)


def test_an_example_is_told_by_its_text(page: StartPage, qtbot: QtBot) -> None:
    page.show_empty_conversation()
    with qtbot.waitSignal(page.example_chosen) as told:
        QTest.keyClick(page.examples[1], Qt.Key.Key_Space)
    assert told.args == [EXAMPLES[1]]


def test_a_card_grows_where_its_words_wrap(qtbot: QtBot) -> None:
    card = Card("key", "Title", "A line that is long enough to need more than one line in a narrow window.")
    qtbot.addWidget(card)
    assert card.heightForWidth(220) > card.heightForWidth(560)


def test_a_low_window_scrolls_and_cuts_nothing(page: StartPage, qtbot: QtBot) -> None:
    page.show_first_start()
    page.resize(380, 200)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0)
    assert all(card.height() >= card.heightForWidth(card.width()) for card in (page.keys, page.local_server, page.demo))


@pytest.mark.parametrize("width", [380, 640, 900, 1128, 1600])
def test_no_card_is_cut_or_squeezed_in_any_width(page: StartPage, qtbot: QtBot, width: int) -> None:
    page.show_empty_conversation()
    page.resize(width, 640)
    last, column = page.examples[-1], page.examples[-1].parentWidget()
    assert column is not None
    qtbot.waitUntil(lambda: last.width() >= min(560, width - 100))
    assert column.rect().contains(last.geometry())
    for above, card in pairwise(page.examples):
        assert card.height() >= card.heightForWidth(card.width())
        assert card.y() - above.geometry().bottom() > SPACE


def test_the_hand_goes_when_a_card_moves_away_under_the_pointer(page: StartPage, qtbot: QtBot) -> None:
    page.show_empty_conversation()
    qtbot.waitExposed(page)
    card = page.examples[-1]
    QCursor.setPos(card.mapToGlobal(card.rect().center()))
    QTest.mouseMove(card)
    qtbot.waitUntil(lambda: card.underMouse() and card.cursor().shape() is Qt.CursorShape.PointingHandCursor)
    page.resize(640, 900)
    qtbot.waitUntil(lambda: not card.rect().contains(card.mapFromGlobal(QCursor.pos())))
    qtbot.waitUntil(lambda: not card.underMouse() and card.cursor().shape() is Qt.CursorShape.ArrowCursor)
