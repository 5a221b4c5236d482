"""The views are tested without a screen."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before the application is made; a test never opens a window on a desk


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> Iterator[None]:
    """The program's look, in the light theme, whatever a test before chose."""
    from desktop.views import theme

    theme.apply(qapp, "light")
    yield
