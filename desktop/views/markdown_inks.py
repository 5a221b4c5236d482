"""Character formats of Markdown: what each kind of text is drawn in, and what a link may lead to."""

from collections.abc import Sequence

from PySide6.QtGui import QFont, QTextCharFormat, QTextFormat

from desktop.views.documents import fixed_font
from desktop.views.theme import Theme

INLINE_CODE = QTextFormat.Property.UserProperty + 3
"""Character property: code within a line."""
EVIDENCE = "evidence:"
"""Scheme of the links that chips carry: followed by a call id."""

_SCHEMES = ("http://", "https://", "mailto:")


def is_safe_link(target: str) -> bool:
    """Whether a click may open it: http, https and mailto only."""
    return target.lower().startswith(_SCHEMES)


class Inks:
    """Makes the formats of one document.

    Args:
        theme: The colours.
        font: The font of ordinary text.
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.
    """

    def __init__(self, theme: Theme, font: QFont, evidence: Sequence[str]) -> None:
        self._theme = theme
        self._font = font
        self._evidence = evidence

    def plain(self, *, quoted: bool = False) -> QTextCharFormat:
        """Ordinary text."""
        ink = QTextCharFormat()
        ink.setForeground(self._theme.muted if quoted else self._theme.text)
        return ink

    def code(self, ink: QTextCharFormat) -> QTextCharFormat:
        """Code within a line."""
        code = QTextCharFormat(ink)
        code.setFontFamilies(fixed_font(self._font).families())
        code.setFontFixedPitch(True)
        code.setFontPointSize((ink.fontPointSize() or self._font.pointSizeF()) * 0.92)
        code.setBackground(self._theme.raised)
        code.setProperty(INLINE_CODE, True)
        return code

    def link(self, ink: QTextCharFormat, target: str) -> QTextCharFormat:
        """A link; ``target`` is safe."""
        link = QTextCharFormat(ink)
        link.setAnchor(True)
        link.setAnchorHref(target)
        link.setForeground(self._theme.accent)
        link.setFontUnderline(True)
        return link

    def chip(self, ink: QTextCharFormat, number: int) -> QTextCharFormat | None:
        """The chip that leads to the number-th call; None where there is no such evidence."""
        if not 0 < number <= len(self._evidence):
            return None
        chip = QTextCharFormat(ink)
        chip.setAnchor(True)
        chip.setAnchorHref(EVIDENCE + self._evidence[number - 1])
        chip.setForeground(self._theme.accent)
        chip.setFontPointSize(self._font.pointSizeF() * 0.85)
        chip.setFontWeight(QFont.Weight.DemiBold)
        return chip


def marked(ink: QTextCharFormat, kind: str) -> QTextCharFormat:
    """The format with the mark of a token: ``strong_open``, ``em_open`` or ``s_open``."""
    result = QTextCharFormat(ink)
    match kind:
        case "strong_open":
            result.setFontWeight(QFont.Weight.Bold)
        case "em_open":
            result.setFontItalic(True)
        case _:
            result.setFontStrikeOut(True)
    return result
