"""The views are tested without a screen."""

import os

import pytest
from PySide6.QtWidgets import QApplication

from desktop.views import theme

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before the application is made; a test never opens a window on a desk


def pytest_configure(config: pytest.Config) -> None:
    # Said by the offscreen platform of every window that has a least size; it says nothing of the program.
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")
    # Said by the same of every popup, a combo box's among them.
    config.addinivalue_line("qt_log_ignore", r"This plugin does not support (raise\(\)|grabbing the keyboard)")


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    """The program's look, in the light theme, whatever a test before chose."""
    theme.apply(qapp, "light")
