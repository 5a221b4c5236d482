from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from desktop.views.status_line import StatusLine


def test_the_status_is_a_label_named_status(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.resize(600, 24)
    line.show()
    line.show_status("Gathering · round 2 of 8")
    line.show_totals("1,024 tokens · $0.01")
    accessible = QAccessible.queryAccessibleInterface(line.status)
    assert accessible.role() == QAccessible.Role.StaticText
    assert accessible.text(QAccessible.Text.Name) == "Status"
    assert accessible.text(QAccessible.Text.Description) == "Gathering · round 2 of 8"
    assert line.status.text() == "Gathering · round 2 of 8"
    assert line.totals.text() == "1,024 tokens · $0.01"


def test_a_long_status_is_cut_before_the_totals(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_totals("1,024 tokens")
    line.show_status("Failed: " + "words " * 60)
    line.resize(300, 24)
    line.show()
    assert line.status.text().endswith("…")
    assert line.totals.width() >= line.totals.sizeHint().width()


def test_the_line_is_as_high_with_totals_as_without(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show()
    line.show_status("Ready")
    heights = {line.sizeHint().height()}
    line.show_totals("1,024 tokens · $0.01")
    heights.add(line.sizeHint().height())
    line.show_estimate("Next message: about 48,000 tokens in")
    heights.add(line.sizeHint().height())
    line.show_totals("")
    heights.add(line.sizeHint().height())
    assert len(heights) == 1
