"""How marked text looks: what is selected, and what was found."""

from PySide6.QtGui import QColor, QTextCharFormat

from desktop.views.theme import Theme
from desktop.views.transcript.segment import MarkKind

_HIT = {False: QColor("#ffedb0"), True: QColor("#574a17")}
_CURRENT = {False: QColor("#ffb62e"), True: QColor("#f0b95a")}
_ON_CURRENT = QColor("#1a1408")


def mark_colours(kind: MarkKind, theme: Theme) -> tuple[QColor, QColor]:
    """What stands behind marked text, and what it is drawn in; at least 4.5 : 1."""
    match kind:
        case MarkKind.SELECTION:
            return theme.selection, theme.text
        case MarkKind.HIT:
            return _HIT[theme.is_dark], theme.text
        case MarkKind.CURRENT_HIT:
            return _CURRENT[theme.is_dark], _ON_CURRENT


def mark_format(kind: MarkKind, theme: Theme) -> QTextCharFormat:
    """The same as a format."""
    behind, ink = mark_colours(kind, theme)
    style = QTextCharFormat()
    style.setBackground(behind)
    style.setForeground(ink)
    return style
