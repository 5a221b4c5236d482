"""The views are tested without a screen."""

import os

import pytest
from PySide6.QtWidgets import QApplication

from desktop.views import theme
from desktop.views.transcript import frames
from desktop.views.transcript.column_view import ColumnView
from desktop.views.transcript.scrolling import Scroller

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before the application is made; a test never opens a window on a desk


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    """The program's look, in the light theme, whatever a test before chose."""
    theme.apply(qapp, "light")


@pytest.fixture(autouse=True)
def _one_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in view is laid out and shown at once, however busy the machine is.

    What happens where that takes several frames is tested in `transcript/test_frames.py`.
    """
    for laying_out in (Scroller.settle, ColumnView.refresh, ColumnView._refresh):
        monkeypatch.setattr(laying_out, "__defaults__", (60_000.0,))
    monkeypatch.setattr(frames, "_MOST_MS", 60_000.0)
