"""The dialogs that ask for files."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from desktop.file_choosing import DOWNLOADS, FileChooser
from tests.views.finding import child


def test_the_first_begins_at_home_and_the_next_where_a_file_was_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    chooser = FileChooser(DOWNLOADS)
    taken: list[Path] = []
    chooser.ask_file(parent, "Import", ["All files (*)"], taken.append)
    dialog = child(parent, QFileDialog)
    assert Path(dialog.directory().absolutePath()) == Path.home()
    (tmp_path / "a.json").touch()
    dialog.selectFile(str(tmp_path / "a.json"))
    dialog.accept()
    qtbot.waitUntil(lambda: not parent.findChildren(QFileDialog))
    assert taken == [tmp_path / "a.json"]
    chooser.ask_files(parent, "Attach", lambda _files: None)
    assert Path(child(parent, QFileDialog).directory().absolutePath()) == tmp_path


def test_dates_and_sizes_are_shown_whole(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a rather long name of a file that takes what room there is.json").write_bytes(bytes(123_456))
    parent = QWidget()
    qtbot.addWidget(parent)
    FileChooser(DOWNLOADS).ask_files(parent, "Import", lambda _files: None)
    dialog = child(parent, QFileDialog)
    dialog.setDirectory(str(tmp_path))
    files = child(dialog, QTreeView)
    qtbot.waitUntil(lambda: files.model().rowCount(files.rootIndex()) == 1)
    header = files.header()
    qtbot.waitUntil(
        lambda: all(header.sectionSize(column) >= files.sizeHintForColumn(column) for column in range(1, 4))
    )
    dialog.reject()
