"""Asks the person for files and folders, beside the window's other work."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def choose_target(
    parent: QWidget, title: str, kinds: Mapping[str, str], name: str, take: Callable[[Path, str], object]
) -> None:
    """Ask for a file to write.

    Args:
        parent: The window that is asked over.
        title: What it is for.
        kinds: The suffix, without its dot, of each kind of file; kinds in words with a pattern: "Web page (*.html)".
        name: The file's name to begin with.
        take: Called with the file and the words of the chosen kind.
    """
    chooser = QFileDialog(parent, title)
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setNameFilters(list(kinds))
    chooser.setDefaultSuffix(next(iter(kinds.values())))
    chooser.filterSelected.connect(lambda chosen: chooser.setDefaultSuffix(kinds[chosen]))
    chooser.selectFile(name)
    chooser.fileSelected.connect(lambda chosen: take(Path(chosen), chooser.selectedNameFilter()))
    _open(chooser)


def choose_file(parent: QWidget, title: str, kinds: Sequence[str], take: Callable[[Path], object]) -> None:
    """Ask for a file to read.

    Args:
        parent: The window that is asked over.
        title: What it is for.
        kinds: Of files, in words with a pattern.
        take: Called with the file.
    """
    chooser = QFileDialog(parent, title)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    chooser.setNameFilters(kinds)
    chooser.fileSelected.connect(lambda chosen: take(Path(chosen)))
    _open(chooser)


def choose_files(parent: QWidget, title: str, take: Callable[[list[str]], object]) -> None:
    """Ask for any number of files to read, and call ``take`` with their paths."""
    chooser = QFileDialog(parent, title)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
    chooser.filesSelected.connect(take)
    _open(chooser)


def choose_folder(parent: QWidget, title: str, current: str, take: Callable[[str], object]) -> None:
    """Ask for a folder, beginning with the current one, and call ``take`` with its path."""
    chooser = QFileDialog(parent, title)
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    chooser.setDirectory(current)
    chooser.fileSelected.connect(take)
    _open(chooser)


def _open(chooser: QFileDialog) -> None:
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()
