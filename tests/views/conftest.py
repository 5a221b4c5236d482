"""The views are tested without a screen."""

import os

import pytest
from PySide6.QtWidgets import QApplication

from desktop.views import theme

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before the application is made; a test never opens a window on a desk


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    """The program's look, in the light theme, whatever a test before chose."""
    theme.apply(qapp, "light")
