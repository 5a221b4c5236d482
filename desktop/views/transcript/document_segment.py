# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""A segment whose content is a document of Qt's: prose, a table, a formula, plain text."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPalette,
    QTextCursor,
)

from desktop.views.documents import InertDocument
from desktop.views.transcript.block_marks import FOOTNOTE, NOTE, REFERENCE
from desktop.views.transcript.document_links import blocks_of, links_of
from desktop.views.transcript.document_markdown import document_text
from desktop.views.transcript.formula_object import FORMULA, OBJECT, FormulaObject
from desktop.views.transcript.joints import begin_after, line_end
from desktop.views.transcript.marks import mark_format
from desktop.views.transcript.picture_object import pictures_of
from desktop.views.transcript.positions import Positions, caret_x
from desktop.views.transcript.segment import LineEnd, Link, Look, Mark, Piece, Segment
from desktop.views.transcript.sideways import Bar, Sideways

_LINES = str.maketrans(dict.fromkeys("\u2028\u2029\ufdd0\ufdd1", "\n"))


@lru_cache(maxsize=4)
def _context(ink: int) -> QAbstractTextDocumentLayout.PaintContext:
    """What text of a colour is drawn in, without selections."""
    colours = QPalette()
    colours.setColor(QPalette.ColorRole.Text, QColor.fromRgba(ink))
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette = colours
    return context


def shown_characters(raw: str) -> str:
    """A document's text, in which Qt's marks between blocks and lines are line feeds."""
    return raw.translate(_LINES)


class DocumentSegment(Segment):
    """Lays a document out and draws it.

    Args:
        piece: What it was made from.
        document: Its content.
        look: How it is drawn.
        inline: What draws its formulas; None where it holds none.
        sideways: How far it is scrolled.
        goes_on: Whether its last line goes on in the next segment.
    """

    def __init__(
        self,
        piece: Piece,
        document: InertDocument,
        look: Look,
        inline: FormulaObject | None = None,
        sideways: Sideways | None = None,
        *,
        goes_on: bool = False,
    ) -> None:
        self.piece = piece
        self._document = document
        self._look = look
        self._inline = inline
        self._width = -1.0
        self._height = 0.0
        self._overflow = 0.0
        self._sideways = sideways or Sideways()
        self._awaited = inline is not None
        self._steady = 0.0
        self._goes_on = goes_on
        self._line_end: LineEnd | None = None
        self._room_left: float | None = None  # below its last block, where that is not what the document says
        self._after: LineEnd | None = None
        self._beside: float | None = None
        self.content_changed(document.toRawText())

    def content_changed(self, raw: str) -> None:
        """Take note that the document holds another text.

        Args:
            raw: Its text, with Qt's marks between blocks.
        """
        self._show(shown_characters(raw))

    def _show(self, text: str) -> None:
        self._shown = text
        self._positions = Positions(text)
        self._links: list[Link] | None = None
        self._is_changed = True

    @property
    def length(self) -> int:
        return self._positions.length

    @property
    def height(self) -> float:
        return self._height

    def least_width(self, room: float) -> float:
        """What it is laid out for in a room; more than the room where it scrolls sideways."""
        return room

    def lay_out(self, width: float) -> float:
        if self._width != width or self._is_changed:
            self._width, self._is_changed = width, False
            room = self.least_width(width)
            if self._document.textWidth() != room:  # what has grown is laid out from there on by Qt
                self._document.setTextWidth(room)
                self.lines_broken()
            if self._after is not None or self._beside is not None:
                self.lines_broken()
                self._beside = begin_after(self._document, self._after)
            self._height = self._document.size().height() + self._room_below
            self._overflow = max(0.0, self._document.textWidth() - width)
            self._sideways.offset = min(self._sideways.offset, self._overflow)
            self._line_end = line_end(self._document) if self._goes_on else None
            self.laid_out()
        return self._height

    @property
    def _room_below(self) -> float:
        """The room below its last block, which Qt leaves out."""
        return (
            self._room_left if self._room_left is not None else self._document.lastBlock().blockFormat().bottomMargin()
        )

    @property
    def goes_on(self) -> bool:
        return self._goes_on

    @property
    def line_end(self) -> LineEnd | None:
        return self._line_end

    def begin_after(self, end: LineEnd | None) -> None:
        if end != self._after:
            self._after, self._is_changed = end, True

    @property
    def beside(self) -> float | None:
        return self._beside

    def lines_broken(self) -> None:
        """Called when its lines break anew, all of them: for another width, or behind another line."""

    def laid_out(self) -> None:
        """Called when its lines were broken anew, or some of them."""

    @property
    def _shift(self) -> float:
        return min(self._sideways.offset, self._overflow)

    def ideal_width(self) -> float:
        return self._document.idealWidth()

    def draw(self, painter: QPainter, exposed: QRectF, marks: Sequence[Mark] = ()) -> None:
        if not self._overflow:
            self._draw(painter, exposed, marks)
            return
        painter.save()
        shift = self._shift
        painter.setClipRect(QRectF(0, 0, self._width, self._height), Qt.ClipOperation.IntersectClip)
        painter.translate(-shift, 0)
        self._draw(painter, exposed.translated(shift, 0), marks)
        painter.restore()
        if (bar := self.bar) is not None:
            bar.draw(painter, self._look.theme)

    def _draw(self, painter: QPainter, exposed: QRectF, marks: Sequence[Mark]) -> None:
        self.draw_ground(painter, exposed)
        context = _context(self._look.theme.text.rgba())
        context.clip = exposed
        if marks:
            context.selections = [self._selection(mark) for mark in marks if mark.start < mark.end]
        self._document.documentLayout().draw(painter, context)
        if marks:
            context.selections = []

    def draw_ground(self, painter: QPainter, exposed: QRectF) -> None:
        """Draw what stands behind the text."""

    def bar_top(self) -> float:
        """Where the bar stands that shows how far it is scrolled."""
        return self._height - 5

    def _selection(self, mark: Mark) -> QAbstractTextDocumentLayout.Selection:
        result = QAbstractTextDocumentLayout.Selection()
        result.cursor = self._cursor(mark.start, mark.end)
        result.format = mark_format(mark.kind, self._look.theme)
        return result

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self._document)
        cursor.setPosition(self._positions.to_units(start))
        cursor.setPosition(self._positions.to_units(end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def position_at(self, point: QPointF) -> int:
        inside = point + QPointF(self._shift, 0)
        units = self._document.documentLayout().hitTest(inside, Qt.HitTestAccuracy.FuzzyHit)
        return self._positions.from_units(max(0, units))

    def rectangle_at(self, position: int) -> QRectF:
        units = self._positions.to_units(position)
        block = self._document.findBlock(units)
        frame = self._document.documentLayout().blockBoundingRect(block)
        line = block.layout().lineForTextPosition(units - block.position())
        if not line.isValid():
            return QRectF(frame.left() - self._shift, frame.top(), 1, frame.height())
        x = caret_x(line, units - block.position())
        place = frame.topLeft()
        return QRectF(place.x() + x - self._shift, place.y() + line.y(), 1, line.height())

    def word_at(self, position: int) -> tuple[int, int]:
        return self._around(position, QTextCursor.SelectionType.WordUnderCursor)

    def paragraph_at(self, position: int) -> tuple[int, int]:
        return self._around(position, QTextCursor.SelectionType.BlockUnderCursor)

    def _around(self, position: int, what: QTextCursor.SelectionType) -> tuple[int, int]:
        cursor = self._cursor(position, position)
        if what == QTextCursor.SelectionType.BlockUnderCursor:
            block = cursor.block()
            start, end = block.position(), block.position() + block.length() - 1
        else:
            cursor.select(what)
            start, end = cursor.selectionStart(), cursor.selectionEnd()
        return self._positions.from_units(start), self._positions.from_units(end)

    def links(self) -> Sequence[Link]:
        if self._links is None:
            self._links = links_of(self._document, self._positions)
        return self._links

    def link_at(self, point: QPointF) -> Link | None:
        if not QRectF(0, 0, self._width, self._height).contains(point):
            return None
        layout = self._document.documentLayout()
        inside = point + QPointF(self._shift, 0)
        target = layout.anchorAt(inside)
        if not target:
            return None
        position = self._positions.from_units(max(0, layout.hitTest(inside, Qt.HitTestAccuracy.ExactHit)))
        near = [link for link in self.links() if link.target == target]
        return next((link for link in near if link.start <= position <= link.end), near[0] if near else None)

    def pictures(self) -> Sequence[tuple[QRectF, str]]:
        return [(self._object_area(position), hash) for position, hash in pictures_of(self._document)]

    def _object_area(self, units: int) -> QRectF:
        """Where the one character at a place of the document is drawn."""
        at = self._positions.from_units(units)
        area, end = self.rectangle_at(at), self.rectangle_at(at + 1)
        is_one_line = end.top() == area.top() and end.left() > area.left()
        area.setRight(end.left() if is_one_line else self._document.textWidth() - self._shift)
        return area

    def text(self, start: int, end: int) -> str:
        return self._written(start, end, markdown=False)

    def markdown(self, start: int, end: int) -> str:
        if start <= 0 and end >= self.length:
            return self.piece.text.strip("\n")
        return self._written(start, end, markdown=True)

    def _written(self, start: int, end: int, *, markdown: bool) -> str:
        first, last = self._positions.to_units(start), self._positions.to_units(end)
        return document_text(self._document, first, last, markdown=markdown) if first < last else ""

    def shown_text(self) -> str:
        return self._shown

    def scroll_sideways(self, by: float) -> bool:
        before = self._shift
        self._sideways.offset = max(0.0, min(before + by, self._overflow))
        return self._sideways.offset != before

    @property
    def window(self) -> tuple[float, float] | None:
        return (0.0, self._width) if self._overflow else None

    @property
    def bar(self) -> Bar | None:
        if not self._overflow:
            return None
        return Bar(QPointF(0, self.bar_top()), self._width, self._document.textWidth(), self._shift)

    def place_of(self, target: str) -> int | None:
        label = target.removeprefix(FOOTNOTE)
        if target.startswith(REFERENCE):
            mark = FOOTNOTE + target.removeprefix(REFERENCE)
            return next((link.start for link in self.links() if link.target == mark), None)
        if label == target:
            return None
        for block in blocks_of(self._document):
            style = block.blockFormat()
            if style.hasProperty(NOTE) and style.stringProperty(NOTE) == label:
                return self._positions.from_units(block.position())
        return None

    def refine(self, budget_ms: float) -> bool:
        self._steady = self._height
        if self._awaited:
            self._awaited = self._take_formulas()
        return self._awaited

    @property
    def is_refined(self) -> bool:
        return not self._awaited

    @property
    def steady(self) -> float:
        return self._steady

    def _take_formulas(self) -> bool:
        """Lay out anew the formulas that have been rendered.

        Returns:
            Whether some are still awaited.
        """
        if self._inline is None:
            return False
        changed, waits = self._inline.fit_all(self._formulas())
        if changed or not waits:
            self._document.markContentsDirty(0, self._document.characterCount())
            self._document.setTextWidth(-1)
            self._width, width, self._steady = -1.0, self._width, 0.0
            if width >= 0:
                self.lay_out(width)
        return waits

    def _formulas(self) -> Iterator[QTextCursor]:
        """Its formulas, each selected."""
        at = self._shown.find(OBJECT)
        while at >= 0:
            cursor = self._cursor(at, at + 1)
            if cursor.charFormat().hasProperty(FORMULA):
                yield cursor
            at = self._shown.find(OBJECT, at + 1)

    def formula_width(self) -> float:
        """The width of its widest formula."""
        inline = self._inline
        return max((inline.width(cursor.charFormat()) for cursor in self._formulas()), default=0.0) if inline else 0.0

    def size(self) -> QSizeF:
        """Its size."""
        return QSizeF(self._width, self._height)
