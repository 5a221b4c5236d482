"""Colours, spacing and icons of the window, for the system's light and dark."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication

SPACE = 8
"""The rhythm of all distances, in device-independent pixels."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one scheme.

    Attributes:
        is_dark: Whether it is the dark one.
        background: Behind the transcript.
        surface: Side panes, code blocks, the composer.
        raised: Hovered or selected rows.
        text: Ordinary text.
        muted: Secondary text; at least 4.5 : 1 on background and surface.
        accent: The one accent colour.
        on_accent: Text on the accent.
        border: Hairlines.
        success: A call that is done.
        warning: A call that waits.
        danger: A call that failed, a side effect.
        pygments_style: Name of the pygments style for code.
    """

    is_dark: bool
    background: QColor
    surface: QColor
    raised: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    border: QColor
    success: QColor
    warning: QColor
    danger: QColor
    pygments_style: str


LIGHT = Theme(
    is_dark=False,
    background=QColor("#ffffff"),
    surface=QColor("#f6f7f9"),
    raised=QColor("#e9ecf1"),
    text=QColor("#1c2024"),
    muted=QColor("#5b636e"),
    accent=QColor("#2f5fd0"),
    on_accent=QColor("#ffffff"),
    border=QColor("#dfe3e8"),
    success=QColor("#1f7a45"),
    warning=QColor("#8f5b00"),
    danger=QColor("#b3261e"),
    pygments_style="default",
)
DARK = Theme(
    is_dark=True,
    background=QColor("#16181c"),
    surface=QColor("#1e2126"),
    raised=QColor("#2a2e35"),
    text=QColor("#e6e8eb"),
    muted=QColor("#a0a7b1"),
    accent=QColor("#8ab0ff"),
    on_accent=QColor("#0e1a33"),
    border=QColor("#32373f"),
    success=QColor("#6ccf93"),
    warning=QColor("#f0b95a"),
    danger=QColor("#ff8a80"),
    pygments_style="github-dark",
)


def current_theme() -> Theme:
    """The theme of the system's colour scheme now; ``styleHints().colorSchemeChanged`` tells of a change."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT
