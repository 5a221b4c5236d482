"""Colours for code, from pygments, in small slices so that a long block never holds the window up."""

import time
from collections.abc import Iterator
from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.styles import get_style_by_name
from pygments.token import _TokenType
from pygments.util import ClassNotFound
from PySide6.QtGui import QColor, QFont, QTextBlock, QTextCharFormat, QTextDocument, QTextLayout

_SIZE_LIMIT = 300_000
_LINE_LIMIT = 4_000
"""Longer code and longer lines stay plain: a lexer's regular expressions may take seconds on them."""


def lexer_for(language: str) -> Lexer | None:
    """The lexer of a language as a fence names it; None where there is none."""
    try:
        return get_lexer_by_name(language.lower(), stripnl=False, ensurenl=True) if language else None
    except ClassNotFound:
        return None


@cache
def _format(style_name: str, kind: _TokenType) -> QTextCharFormat:
    style = get_style_by_name(style_name).style_for_token(kind)
    result = QTextCharFormat()
    if style["color"]:
        result.setForeground(QColor("#" + style["color"]))
    if style["bold"]:
        result.setFontWeight(QFont.Weight.DemiBold)
    if style["italic"]:
        result.setFontItalic(True)
    return result


class Highlighter:
    """Colours the blocks of one document whose text is code, a slice at a time.

    Args:
        document: Its blocks are the code's lines, from the first on.
        language: As the fence names it.
        style_name: Name of the pygments style.
    """

    def __init__(self, document: QTextDocument, language: str, style_name: str) -> None:
        self._document = document
        self._style = style_name
        text = document.toPlainText()
        lexer = lexer_for(language) if len(text) <= _SIZE_LIMIT else None
        if lexer is not None and max(map(len, text.split("\n")), default=0) > _LINE_LIMIT:
            lexer = None
        self._tokens: Iterator[tuple[_TokenType, str]] = lexer.get_tokens(text) if lexer is not None else iter(())
        self._block: QTextBlock = document.firstBlock()
        self._column = 0
        self._ranges: list[QTextLayout.FormatRange] = []

    def work(self, budget_ms: float) -> bool:
        """Colour on for about so long.

        Args:
            budget_ms: Milliseconds after which it stops at the next token.

        Returns:
            Whether all is done.
        """
        until = time.perf_counter() + budget_ms / 1000
        for kind, text in self._tokens:
            self._take(kind, text)
            if time.perf_counter() > until:
                return False
        self._close_line()
        return True

    def _take(self, kind: _TokenType, text: str) -> None:
        for index, piece in enumerate(text.split("\n")):
            if index:
                self._close_line()
                self._block = self._block.next()
            # Qt counts in UTF-16 units.
            length = len(piece) if piece.isascii() else len(piece.encode("utf-16-le", "surrogatepass")) // 2
            if length and not piece.isspace():
                span = QTextLayout.FormatRange()
                span.start, span.length = self._column, length
                span.format = _format(self._style, kind)
                self._ranges.append(span)
            self._column += length

    def _close_line(self) -> None:
        if self._ranges and self._block.isValid():
            self._block.layout().setFormats(self._ranges)
            self._document.markContentsDirty(self._block.position(), self._block.length())
        self._ranges, self._column = [], 0
