"""Draws the galleries: each scene light and dark, in the pixels that QT_SCALE_FACTOR asks for."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from desktop.views import theme

Scenes = Mapping[str, Callable[[], QWidget]]
"""What makes each widget, by the name of its pictures."""
_SETTLING = 30
"""How often events are handled, until a new window is laid out and drawn."""


def pictures(scenes: Scenes, folder: Path, only: str = "") -> Iterator[Path]:
    """Draw scenes.

    Args:
        scenes: All there are.
        folder: Where the pictures go; made where it is missing.
        only: Part of the names that are wanted.

    Yields:
        The picture that was just written.
    """
    application = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    schemes: tuple[theme.Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        theme.apply(application, scheme)
        for name, make in scenes.items():
            if only not in name:
                continue
            widget = make()
            widget.setProperty("gallery", name)
            widget.show()
            widget.activateWindow()
            for _ in range(_SETTLING):
                application.processEvents()
            path = folder / f"{name}-{scheme}-{scale}x.png"
            widget.grab().save(str(path))
            widget.close()
            widget.deleteLater()
            yield path


def main(scenes: Scenes) -> None:
    """Draw what the command line asks for: a folder, and part of the names."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for written in pictures(scenes, Path(sys.argv[1]), *sys.argv[2:3]):
        print(written)
