"""Colours and distances of the window, for the system's light and dark.

`apply` gives the application its palette and style sheet and follows the system from then on. A widget that paints
itself asks `current_theme` when it paints, and repaints by itself when the theme changes; one that keeps coloured
things (icons, documents) makes them anew in ``changeEvent`` when `is_theme_change` says so.
"""

from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.views.style_sheet import style_sheet

SPACE = 8
"""The rhythm of all distances, in device-independent pixels."""

Scheme = Literal["system", "light", "dark"]
"""What the person chose: the system's scheme, or always one."""

_CHOSEN = "cortexScheme"
_FOLLOWING = "cortexFollowsScheme"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one scheme.

    Attributes:
        is_dark: Whether it is the dark one.
        background: Behind the transcript.
        surface: Side panes, code blocks, the composer.
        raised: Hovered or selected rows.
        text: Ordinary text.
        muted: Secondary text; at least 4.5 : 1 on background, surface and raised.
        accent: The one accent colour; readable as text too.
        accent_hover: The accent under the pointer.
        on_accent: Text on the accent.
        border: Hairlines, which only part what is already apart.
        outline: The edge of a control that would not be seen without; at least 3 : 1.
        selection: Behind selected text.
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
    accent_hover: QColor
    on_accent: QColor
    border: QColor
    outline: QColor
    selection: QColor
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
    muted=QColor("#59616c"),
    accent=QColor("#2f5fd0"),
    accent_hover=QColor("#2550b8"),
    on_accent=QColor("#ffffff"),
    border=QColor("#e1e5ea"),
    outline=QColor("#858d98"),
    selection=QColor("#cbdafc"),
    success=QColor("#1f7a45"),
    warning=QColor("#8a5600"),
    danger=QColor("#b3261e"),
    pygments_style="default",
)
DARK = Theme(
    is_dark=True,
    background=QColor("#16181c"),
    surface=QColor("#1e2126"),
    raised=QColor("#2a2e35"),
    text=QColor("#e6e8eb"),
    muted=QColor("#a3aab4"),
    accent=QColor("#8ab0ff"),
    accent_hover=QColor("#a9c5ff"),
    on_accent=QColor("#0e1a33"),
    border=QColor("#2e333b"),
    outline=QColor("#767e8a"),
    selection=QColor("#2f4a80"),
    success=QColor("#6ccf93"),
    warning=QColor("#f0b95a"),
    danger=QColor("#ff8a80"),
    pygments_style="github-dark",
)


def current_theme() -> Theme:
    """The theme now: the one the person chose, else the system's."""
    application = QCoreApplication.instance()
    chosen = application.property(_CHOSEN) if application is not None else None
    if chosen in ("light", "dark"):
        return DARK if chosen == "dark" else LIGHT
    return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def apply(application: QApplication, scheme: Scheme = "system") -> None:
    """Give the application its look, and follow the system's light and dark from now on. May be called again.

    Args:
        application: The one application.
        scheme: ``system`` follows the system live; ``light`` and ``dark`` stay.
    """
    application.setProperty(_CHOSEN, scheme)
    hints = application.styleHints()
    if not application.property(_FOLLOWING):
        application.setProperty(_FOLLOWING, True)
        application.setStyle("Fusion")
        hints.colorSchemeChanged.connect(lambda _scheme: _dress(application))
    # Title bars and native dialogs take the system's word; platforms without one ignore it, hence the property above.
    schemes = {"system": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    hints.setColorScheme(schemes[scheme])
    _dress(application)


def is_theme_change(event: QEvent) -> bool:
    """Whether an event of ``changeEvent`` tells that the theme may have changed."""
    return event.type() == QEvent.Type.StyleChange


def _dress(application: QApplication) -> None:
    theme = current_theme()
    values = ((field.name, getattr(theme, field.name)) for field in fields(theme))
    colours = {name: value.name() for name, value in values if isinstance(value, QColor)}
    sheet = style_sheet(colours, dark=theme.is_dark)
    if sheet != application.styleSheet():
        application.setPalette(palette(theme))
        application.setStyleSheet(sheet)


def palette(theme: Theme) -> QPalette:
    """The palette of a theme, for all that the style sheet leaves to Fusion."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.background,
        role.Base: theme.background,
        role.AlternateBase: theme.surface,
        role.Button: theme.surface,
        role.ToolTipBase: theme.text,
        role.ToolTipText: theme.background,
        role.Text: theme.text,
        role.WindowText: theme.text,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.PlaceholderText: theme.muted,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Accent: theme.accent,
        role.Light: theme.raised,
        role.Midlight: theme.raised,
        role.Mid: theme.border,
        role.Dark: theme.outline,
        role.Shadow: theme.border,
    }
    result = QPalette()
    for key, colour in colours.items():
        result.setColor(key, colour)
    for key in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, theme.outline)
    return result
