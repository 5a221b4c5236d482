"""Documents that load nothing, and what all of them share: fonts, spacing, characters that Qt takes for its own."""

import re
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from desktop.views.theme import SPACE, Theme

LINE_SEPARATOR = "\u2028"
"""Qt's line break within a block."""

_STRUCTURAL = str.maketrans(dict.fromkeys("\ufdd0\ufdd1\ufffc\x00", "\ufffd") | {"\u2029": "\u2028"})
"""Characters that Qt's documents use as marks of their own."""
_UNDRAWABLE = re.compile("[\x00\u2029\ufdd0\ufdd1\ufffc\ud800-\udfff]")
"""They, and halves of characters."""


def fixed_font(like: QFont, scale: float = 0.92) -> QFont:
    """The system's fixed-pitch font, sized to stand beside another.

    Args:
        like: The font it stands beside.
        scale: Its size, relative.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(like.pointSizeF() * scale)
    return font


def drawable(text: str) -> str:
    """Text without the characters that would change a document's structure or cannot be passed to Qt."""
    if not _UNDRAWABLE.search(text):
        return text
    return text.translate(_STRUCTURAL).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class InertDocument(QTextDocument):
    """A document that answers nothing when asked to load a resource, whatever its content names."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing, ever."""
        return None


def plain_document(text: str, theme: Theme, font: QFont) -> InertDocument:
    """Build a document from plain text, line by line as it is."""
    document = empty_document(font)
    cursor = QTextCursor(document)
    cursor.setBlockFormat(spaced(QTextBlockFormat()))
    ink = QTextCharFormat()
    ink.setForeground(theme.text)
    cursor.insertText(drawable(text).replace("\n", LINE_SEPARATOR), ink)
    return document


def empty_document(font: QFont) -> InertDocument:
    """An inert document without margins that wraps anywhere rather than run over.

    Args:
        font: The font of ordinary text.
    """
    document = InertDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(font)
    document.setIndentWidth(3 * SPACE)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    return document


def spaced(block: QTextBlockFormat) -> QTextBlockFormat:
    """The block format with the line spacing of all text."""
    block.setLineHeight(128, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    return block
