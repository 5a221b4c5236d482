"""Asks the person for files and folders, beside the window's other work."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QHeaderView, QTreeView, QWidget

DOCUMENTS = QStandardPaths.StandardLocation.DocumentsLocation
DOWNLOADS = QStandardPaths.StandardLocation.DownloadLocation
_SIZE = (860, 540)


class FileChooser:
    """Asks for files, each time beginning in the folder where the time before ended.

    Args:
        place: Where the first time begins; at home where there is no such folder.
    """

    def __init__(self, place: QStandardPaths.StandardLocation) -> None:
        likely = QStandardPaths.writableLocation(place)
        self._folder = likely if likely and Path(likely).is_dir() else str(Path.home())

    def ask_target(
        self, parent: QWidget, title: str, kinds: Mapping[str, str], name: str, take: Callable[[Path, str], object]
    ) -> None:
        """Ask for a file to write.

        Args:
            parent: The window that is asked over.
            title: What it is for.
            kinds: The suffix, without its dot, of each kind of file; kinds in words with a pattern:
                "Web page (*.html)".
            name: The file's name to begin with.
            take: Called with the file and the words of the chosen kind.
        """
        dialog = self._dialog(parent, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(kinds))
        dialog.setDefaultSuffix(next(iter(kinds.values())))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(kinds[chosen]))
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda chosen: take(Path(chosen), dialog.selectedNameFilter()))
        dialog.open()

    def ask_file(self, parent: QWidget, title: str, kinds: Sequence[str], take: Callable[[Path], object]) -> None:
        """Ask for a file to read.

        Args:
            parent: The window that is asked over.
            title: What it is for.
            kinds: Of files, in words with a pattern.
            take: Called with the file.
        """
        dialog = self._dialog(parent, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(kinds)
        dialog.fileSelected.connect(lambda chosen: take(Path(chosen)))
        dialog.open()

    def ask_files(self, parent: QWidget, title: str, take: Callable[[list[str]], object]) -> None:
        """Ask for any number of files to read, and call ``take`` with their paths."""
        dialog = self._dialog(parent, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(take)
        dialog.open()

    def _dialog(self, parent: QWidget, title: str) -> QFileDialog:
        dialog = QFileDialog(parent, title, self._folder)
        dialog.filesSelected.connect(self._keep)
        dialog.finished.connect(dialog.deleteLater)
        if (files := dialog.findChild(QTreeView)) is not None:  # Qt's own, where the desktop has none
            dialog.resize(*_SIZE)
            header = files.header()
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return dialog

    def _keep(self, names: list[str]) -> None:
        self._folder = str(Path(names[0]).parent)


def ask_folder(parent: QWidget, title: str, current: str, take: Callable[[str], object]) -> None:
    """Ask for a folder, beginning with the current one, and call ``take`` with its path."""
    dialog = QFileDialog(parent, title, current)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(take)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
