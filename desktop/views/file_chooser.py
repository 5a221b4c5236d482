"""Dialogs that ask for files: begun where files are likely to be, and wide enough for what they show."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QHeaderView, QTreeView, QWidget

_SIZE = (860, 540)


class FileChooser:
    """Makes the dialogs, each begun in the folder where the one before ended.

    Args:
        place: Where the first one begins.
    """

    def __init__(self, place: QStandardPaths.StandardLocation) -> None:
        likely = QStandardPaths.writableLocation(place)
        self._folder = likely if likely and Path(likely).is_dir() else str(Path.home())

    def make(self, parent: QWidget, title: str) -> QFileDialog:
        """A dialog that deletes itself at its end.

        Args:
            parent: What it stands before.
            title: What it asks for.
        """
        dialog = QFileDialog(parent, title, self._folder)
        dialog.fileSelected.connect(self._keep)
        dialog.filesSelected.connect(lambda names: self._keep(names[0]) if names else None)
        dialog.finished.connect(dialog.deleteLater)
        if (files := dialog.findChild(QTreeView)) is not None:  # Qt's own, where the desktop has none
            dialog.resize(*_SIZE)
            header = files.header()
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return dialog

    def _keep(self, name: str) -> None:
        self._folder = str(Path(name).parent)
