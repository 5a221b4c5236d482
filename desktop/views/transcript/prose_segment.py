# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""Prose of a message: paragraphs, headings, lists, quotes, notes; also plain text and formulas on their own."""

import re
from collections.abc import Sequence
from copy import copy
from math import inf

from markdown_it.token import Token
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTextBlockFormat, QTextCharFormat, QTextCursor

from desktop.views.documents import LINE_SEPARATOR, drawable, spaced
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.definitions import numbers
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.growing_prose import GrowingProse
from desktop.views.transcript.growth import settled
from desktop.views.transcript.joined_pieces import read_with
from desktop.views.transcript.kinds import Kind
from desktop.views.transcript.nested_code import NestedCode
from desktop.views.transcript.nested_table import fit_tables, keep_narrow, tables_of
from desktop.views.transcript.ornaments import Ornaments, ornaments_of
from desktop.views.transcript.parsing import parse_line
from desktop.views.transcript.part_tokens import source_of
from desktop.views.transcript.prose_builder import TIGHT, ProseBuilder, keep_below
from desktop.views.transcript.prose_source import tokens_of, without_break, without_margin
from desktop.views.transcript.segment import Control, Look, Piece, Surroundings

_HARD_BREAK = re.compile(r"(?: {2}|\\)\n\Z")


class ProseSegment(GrowingProse):
    """A piece of Markdown without code or a table at the margin."""

    _beyond = 0.0
    _ornaments = Ornaments()  # until it is laid out
    _code: NestedCode | None = None

    def blocks_changed(self) -> None:
        self._tables = tables_of(self._document)
        if self._code is None and self._builder.wrote_code:
            self._code = NestedCode(self._document, self._look)
        if self._code is not None:
            self._code.take()

    def grow(self, piece: Piece) -> bool:
        has_grown = super().grow(piece)
        if has_grown and self._code is not None:  # words may have come in it
            self._code.take()
        return has_grown

    def least_width(self, room: float) -> float:
        beyond = max(0.0, fit_tables(self._tables, self._look.font, room) - room)
        if beyond != self._beyond:
            keep_narrow(self._document, self._beyond, beyond)
            self._beyond = beyond
        return room + beyond

    def laid_out(self) -> None:
        kept = self._ornaments.above(self._document, self._unchanged_to) if self._unchanged_to else None
        self._ornaments = ornaments_of(self._document, self._tables, self._look, self._width, kept)
        self._unchanged_to = inf
        if self._code is not None:
            self._code.place(self._ornaments.codes)

    def draw_ground(self, painter: QPainter, exposed: QRectF) -> None:
        if self._code is not None:
            self._code.draw(painter, exposed)
        self._ornaments.draw(painter, self._look.theme, exposed)

    def controls(self) -> Sequence[Control]:
        return self._code.controls(self._shift) if self._code is not None else ()

    def refine(self, budget_ms: float) -> bool:
        is_left = super().refine(budget_ms)
        if self._code is None:
            return is_left
        changed = self._code.work(budget_ms)
        if changed is not None:
            self._steady = min(self._steady, max(0.0, changed))
        return is_left or not self._code.is_done

    @property
    def is_refined(self) -> bool:
        return super().is_refined and (self._code is None or self._code.is_done)


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
        document = look.document()
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
        list_goes_on=kind.list_goes_on,
    )
    builder.number_notes(numbers(surroundings.definitions))
    kept = None
    shared = read_with(piece, surroundings.definitions)
    children = [copy(token) for token in shared] if shared is not None else None
    if kind.name == kinds.PART:
        builder.build(_part(without_break(source_of(text, kind)), kind, children, surroundings))
        if kind.list_goes_on:
            keep_below(builder.document.lastBlock(), TIGHT)
    else:
        tokens = tokens_of(without_break(without_margin(text, kind.column)), surroundings.definitions)
        if tokens is None:
            return PlainSegment(piece, look, below=SPACE, goes_on=kind.goes_on)
        if children is not None:
            next(token for token in reversed(tokens) if token.type == "inline").children = children
        may_read_on = kind.name == kinds.PROSE and not kind.items and not kind.goes_on
        place = settled(text) if may_read_on else 0
        above = builder.build(tokens, text.count("\n", 0, place))
        kept = (place, above) if may_read_on else None
    if kind.name == kinds.FORMULA:
        return FormulaSegment(piece, builder.document, look, builder.text.formulas)
    ends_alone = children is None or piece.start == piece.reads_with[-1].start
    if kind.goes_on and ends_alone and text[-1:].isspace():
        builder.text.insert(LINE_SEPARATOR if _HARD_BREAK.search(text) else " ", builder.text.ink or builder.ink())
    return ProseSegment(piece, look, surroundings, builder, kept, goes_on=kind.goes_on)


def _part(text: str, kind: Kind, children: list[Token] | None, surroundings: Surroundings) -> Sequence[Token]:
    """The tokens of a part of a paragraph or a heading.

    Args:
        text: Its source.
        kind: Of its piece.
        children: What it holds; None where its source tells.
        surroundings: What the rest of the message tells.
    """
    opening, inline, closing = parse_line(text if children is None else "", surroundings.definitions)
    if children is not None:
        inline.content, inline.children = text, children
    if kind.heading:
        opening.type, opening.tag = "heading_open", f"h{kind.heading}"
    return opening, inline, closing
