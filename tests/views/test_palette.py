import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.views.palette import Palette, PaletteEntry
from desktop.views.palette_matching import best_matches

ENTRIES = [
    PaletteEntry("Conversations", "c1", "Lease offers compared"),
    PaletteEntry("Conversations", "c2", "Café in Kyōto"),
    PaletteEntry("Actions", "export", "Export conversation…", also="save markdown"),
    PaletteEntry("Actions", "keys", "API keys…", "Ctrl+J"),
]


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    dialog = Palette()
    qtbot.addWidget(dialog)
    dialog.open_with(ENTRIES)
    qtbot.waitExposed(dialog)
    return dialog


def shown(palette: Palette) -> list[str]:
    return [palette.results.item(row).text() for row in range(palette.results.count())]


def chosen(palette: Palette) -> list[tuple[str, str, str]]:
    told: list[tuple[str, str, str]] = []
    palette.chosen.connect(lambda *values: told.append(values))
    return told


@pytest.mark.parametrize(
    ("query", "best"),
    [("lease", "c1"), ("cafe kyo", "c2"), ("MARK", "export"), ("keys api", "keys"), ("lsofr", "c1"), ("ompar", "c1")],
)
def test_words_parts_and_scattered_letters_are_found(query: str, best: str) -> None:
    assert best_matches(ENTRIES, query, lambda e: f"{e.title} {e.also}")[0].id == best


def test_better_matches_come_first_and_equal_ones_keep_their_order() -> None:
    texts = ["a reexport", "exporter", "export", "e x p o r t", "export two"]
    assert best_matches(texts, "export", str) == ["export", "export two", "exporter", "a reexport", "e x p o r t"]
    assert best_matches(texts, "", str) == texts
    assert best_matches(texts, "zz", str) == []


def test_it_is_worked_by_keys_alone(palette: Palette) -> None:
    told = chosen(palette)
    assert shown(palette) == [
        "Conversations",
        *[e.title for e in ENTRIES[:2]],
        "Actions",
        *[e.title for e in ENTRIES[2:]],
    ]
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)  # over the heading
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert told == [("Actions", "export", "")]
    assert not palette.isVisible()


def test_up_at_the_first_and_down_at_the_last_stay(palette: Palette) -> None:
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.results.currentItem().text() == "Lease offers compared"
    for _ in range(9):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.results.currentItem().text() == "API keys…"


def test_enter_with_nothing_found_does_nothing(palette: Palette) -> None:
    told = chosen(palette)
    palette.field.setText("zzz")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert (told, shown(palette)) == ([], [])
    assert palette.isVisible()


def test_messages_come_under_what_was_found_and_the_choice_stays(palette: Palette, qtbot: QtBot) -> None:
    with qtbot.waitSignal(palette.query_changed) as asked:
        palette.field.setText("keys")
    assert asked.args == ["keys"]
    told = chosen(palette)
    palette.show_hits("other", [PaletteEntry("Messages", "c/m", "stale")])
    assert shown(palette) == ["Actions", "API keys…"]
    palette.show_hits("keys", [PaletteEntry("Messages", "c/m", "all my keys", marks=((7, 11),))])
    assert shown(palette) == ["Actions", "API keys…", "Messages", "all my keys"]
    assert palette.results.currentItem().text() == "API keys…"
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert told == [("Messages", "c/m", "keys")]


def test_a_screen_reader_reads_title_and_detail(palette: Palette) -> None:
    item = palette.results.item(palette.results.count() - 1)
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "API keys…, Ctrl+J"


def test_it_says_that_nothing_is_found_when_the_answer_has_come_and_not_before(palette: Palette) -> None:
    def words() -> list[str]:
        return [each.text() for each in palette.findChildren(QLabel) if each.isVisibleTo(palette)]

    palette.field.setText("zzqq")
    assert words() == ["Searching…"]
    palette.show_hits("zzq", [])
    assert words() == ["Searching…"]
    palette.show_hits("zzqq", [])
    assert words() == ["Nothing is found by these words."]
    palette.field.setText("zzqqx")
    assert words() == ["Searching…"]
    palette.field.setText("lease")
    assert words() == []
