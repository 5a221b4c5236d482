# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""Prose of a message: paragraphs, headings, lists, quotes, notes; also plain text and formulas on their own."""

import re
from collections.abc import Sequence

from markdown_it.token import Token
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTextBlockFormat, QTextCharFormat, QTextCursor

from desktop.views.documents import LINE_SEPARATOR, InertDocument, drawable, empty_document, spaced
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.definitions import numbers
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.formula_object import FormulaObject
from desktop.views.transcript.growth import continues_list, settled, words_added
from desktop.views.transcript.kinds import Kind
from desktop.views.transcript.nested_table import fit_tables, keep_narrow, tables_of
from desktop.views.transcript.ornaments import Ornaments, ornaments_of
from desktop.views.transcript.parsing import NESTING, parse, parse_line
from desktop.views.transcript.prose_builder import ProseBuilder
from desktop.views.transcript.segment import Look, Piece, Surroundings

_QUOTE_MARKS = re.compile(r"^[ >]+", re.MULTILINE)
_HARD_BREAK = re.compile(r"(?: {2}|\\)\n\Z")
_DEEP = re.compile(r"(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){25}", re.MULTILINE)


class ProseSegment(DocumentSegment):
    """A piece of Markdown without code or a table at the margin.

    Args:
        piece: What it was made from.
        document: Its content.
        look: How it is drawn.
        surroundings: What the rest of its message tells.
        inline: What draws its formulas; None where it holds none.
        kept: Up to where its source is read no more while it grows, and how many blocks of the document that makes.
        goes_on: Whether its last paragraph goes on in the next segment.
    """

    def __init__(
        self,
        piece: Piece,
        document: InertDocument,
        look: Look,
        surroundings: Surroundings,
        inline: FormulaObject | None = None,
        kept: tuple[int, int] = (0, 0),
        *,
        goes_on: bool = False,
    ) -> None:
        super().__init__(piece, document, look, inline, goes_on=goes_on)
        self._inert = document
        self._surroundings = surroundings
        self._kept = kept
        self._beyond = 0.0
        self._ornaments = Ornaments()
        self._tables = tables_of(document)

    def grow(self, piece: Piece) -> bool:
        before, after = drawable(self.piece.text), drawable(piece.text)
        if piece.kind != self.piece.kind or not after.startswith(before):
            return False
        words = words_added(before, after)
        if words is not None and self._shown.endswith(before.split()[-1]):
            self._lengthen(words)
        elif not self._read_on(piece, after):
            return False
        self.piece = piece
        return True

    def _lengthen(self, words: str) -> None:
        """Write words behind the last one."""
        self._steady = self._height
        if not words:
            return
        block = self._document.lastBlock()
        count = block.layout().lineCount()
        begins = block.layout().lineAt(count - 1).textStart() if count else -1
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + block.length() - 1)
        cursor.insertText(words, cursor.charFormat())
        fits = not self._is_changed
        self._show(self._shown + words)
        self._steady = self._document.documentLayout().blockBoundingRect(block).top()
        line = block.layout().lineAt(count - 1)
        if count and line.isValid() and line.textStart() == begins:  # the lines above it broke as before
            self._steady = block.layout().position().y() + line.y()
            self._is_changed = not fits or block.layout().lineCount() > count

    def _read_on(self, piece: Piece, text: str) -> bool:
        """Read anew what stands behind the kept blocks.

        Returns:
            Whether that could be done.
        """
        start, count = self._kept
        if not count or not self._document.findBlockByNumber(count - 1).text():
            return False
        rest = text[start:]
        tokens = tokens_of(rest, self._surroundings)
        if tokens is None or "]:" in rest:
            return False
        last = self._document.findBlockByNumber(count - 1)
        list_above = last.textList() if continues_list(text, start) else None
        if list_above is not None and not _is_tight(tokens):
            return False
        self._steady = self._document.documentLayout().blockBoundingRect(last).bottom()
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        cursor.setPosition(last.position() + last.length() - 1)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        builder = ProseBuilder(
            self._look,
            self._surroundings,
            top=False,
            document=self._inert,
            formulas=self._inline,
            goes_on_with=list_above,
        )
        place = settled(text, start)
        above = builder.build(tokens, rest.count("\n", 0, place - start))
        cursor.endEditBlock()
        if above:
            self._kept = (place, above)
        self._inline = builder.text.formulas
        self._tables = tables_of(self._document)
        self._awaited = self._inline is not None
        self.content_changed(self._document.toRawText())
        return True

    def least_width(self, room: float) -> float:
        beyond = max(0.0, fit_tables(self._tables, self._look.font, room) - room)
        if beyond != self._beyond:
            keep_narrow(self._document, self._beyond, beyond)
            self._beyond = beyond
        return room + beyond

    def laid_out(self) -> None:
        self._ornaments = ornaments_of(self._document, self._tables, self._look, self._width)

    def draw_ground(self, painter: QPainter, exposed: QRectF) -> None:
        self._ornaments.draw(painter, self._look.theme, exposed)


class FormulaSegment(DocumentSegment):
    """A formula on lines of its own; a wide one scrolls sideways."""

    def least_width(self, room: float) -> float:
        return max(room, self.formula_width() + 2 * SPACE)


class PlainSegment(DocumentSegment):
    """Text that is shown character by character, as a person wrote it.

    Args:
        piece: What it is made from.
        look: How it is drawn.
        below: Room below it, in logical pixels.
        goes_on: Whether its last line goes on in the next segment.
    """

    def __init__(self, piece: Piece, look: Look, *, below: int = 0, goes_on: bool = False) -> None:
        document = empty_document(look.font)
        cursor = QTextCursor(document)
        block = spaced(QTextBlockFormat())
        block.setBottomMargin(below)
        ink = QTextCharFormat()
        ink.setForeground(look.theme.text)
        cursor.setBlockFormat(block)
        cursor.beginEditBlock()
        for index, line in enumerate(drawable(piece.text.removesuffix("\n")).replace(LINE_SEPARATOR, "\n").split("\n")):
            if index:
                cursor.insertBlock(block, ink)
            if line:
                cursor.insertText(line, ink)
        cursor.endEditBlock()
        super().__init__(piece, document, look, goes_on=goes_on)

    def text(self, start: int, end: int) -> str:
        return self._shown[start:end]

    def markdown(self, start: int, end: int) -> str:
        if start <= 0 and end >= self.length:
            return self.piece.text.removesuffix("\n")
        return self._shown[start:end]


def make_prose(piece: Piece, kind: Kind, surroundings: Surroundings, look: Look) -> DocumentSegment:
    """Make the segment of prose, of a part of a paragraph, of notes or of a formula."""
    text = drawable(piece.text)
    builder = ProseBuilder(
        look,
        surroundings,
        level=len(kind.items),
        number=kind.number,
        top=piece.start == 0 or kind.name == kinds.PART,
        goes_on=kind.goes_on,
        quotes=kind.quotes,
    )
    builder.number_notes(numbers(surroundings.definitions))
    place = above = 0
    if kind.name == kinds.PART:
        bare = _QUOTE_MARKS.sub("", text) if kind.quotes else text
        builder.build(parse_line(_without_break(bare), surroundings.definitions))
    else:
        tokens = tokens_of(_without_break(without_margin(text, kind.column)), surroundings)
        if tokens is None:
            return PlainSegment(piece, look, below=SPACE, goes_on=kind.goes_on)
        place = settled(text) if kind.name == kinds.PROSE and not kind.items and not kind.goes_on else 0
        above = builder.build(tokens, text.count("\n", 0, place))
    if kind.name == kinds.FORMULA:
        return FormulaSegment(piece, builder.document, look, builder.text.formulas)
    if kind.goes_on and text[-1:].isspace():
        builder.text.insert(LINE_SEPARATOR if _HARD_BREAK.search(text) else " ", builder.ink())
    return ProseSegment(
        piece, builder.document, look, surroundings, builder.text.formulas, (place, above), goes_on=kind.goes_on
    )


def _without_break(text: str) -> str:
    """A text without the mark of a line break at its end, which breaks nothing there."""
    return text[:-2] if text.endswith("\\\n") else text


def _is_tight(tokens: Sequence[Token]) -> bool:
    """Whether no blank line stands in the list that tokens begin with."""
    for token in tokens:
        if token.level == 0 and token.nesting < 0:
            break
        if token.level == 2 and token.type == "paragraph_open" and not token.hidden:
            return False
    return True


def tokens_of(text: str, surroundings: Surroundings) -> Sequence[Token] | None:
    """The tokens of prose; None where it is nested too deep to be read."""
    if _DEEP.search(text):
        return None
    tokens = parse(text, surroundings.definitions)
    return None if any(token.level >= NESTING - 1 for token in tokens) else tokens


def without_margin(text: str, columns: int) -> str:
    """The text without up to so many spaces at the beginning of each line."""
    if not columns:
        return text
    if "\t" in text:  # a tab that begins in the margin is the spaces that it stands for
        text = re.sub(rf"^( {{0,{columns - 1}}})\t", _spaces, text, flags=re.MULTILINE)
    return re.sub(rf"^ {{1,{columns}}}", "", text, flags=re.MULTILINE)


def _spaces(match: re.Match[str]) -> str:
    return match[0].expandtabs(4)
