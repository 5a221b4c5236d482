# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""A block of code: its language, a copy button, and lines that scroll sideways. Only lines that show are laid out."""

from collections.abc import Sequence
from math import ceil, floor

from pygments.token import _TokenType
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from desktop.views.code_highlight import _format as colour_format
from desktop.views.documents import drawable, fixed_font
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.code_colours import CodeColours, Span
from desktop.views.transcript.code_frame import BARE_HEADER, HEADER, SIDE, CodeFrame
from desktop.views.transcript.code_rows import ROW_LIMIT, CodeRows
from desktop.views.transcript.code_source import CodeSource, fenced, read_fence, read_indented
from desktop.views.transcript.kinds import Kind, read_kind
from desktop.views.transcript.marks import mark_format
from desktop.views.transcript.positions import Positions, caret_x
from desktop.views.transcript.segment import Control, Link, Look, Mark, Piece, Segment
from desktop.views.transcript.sideways import Bar

_BELOW = 2 * SPACE
_KEPT_ROWS = 300


class CodeSegment(Segment):
    """One block of code.

    Args:
        piece: Its source.
        look: How it is drawn.
    """

    def __init__(self, piece: Piece, look: Look) -> None:
        self.piece = piece
        self._look = look
        self._kind = read_kind(piece.kind)
        self._left = 3.0 * SPACE * min(8, len(self._kind.items))
        self._font = fixed_font(look.font, 0.92)
        metrics = QFontMetricsF(self._font)
        self._letter = metrics.horizontalAdvance("0")
        self._row_height = float(ceil(metrics.lineSpacing() * 1.22))
        self._base = (self._row_height - metrics.height()) / 2 + metrics.ascent()
        self._option = QTextOption()
        self._option.setWrapMode(QTextOption.WrapMode.NoWrap)
        self._option.setTabStopDistance(4 * self._letter)
        self._width = -1.0
        self._offset = 0.0
        self._frame = CodeFrame()
        self._steady = 0.0
        self._layouts: dict[int, QTextLayout] = {}
        self._source = _read(piece, self._kind)
        self._rows = CodeRows(drawable(self._source.code), metrics)
        self._colours = CodeColours(self._source.language)

    @property
    def _top(self) -> float:
        """Where the first row begins."""
        return float(HEADER if self._source.language else BARE_HEADER)

    @property
    def length(self) -> int:
        return len(self._rows.text)

    @property
    def height(self) -> float:
        bar = SPACE if self._overflow() else 0
        return self._top + len(self._rows) * self._row_height + SPACE + bar + _BELOW

    @property
    def _room(self) -> float:
        return max(1.0, self._width - self._left - 2 * SIDE)

    def _overflow(self) -> float:
        return max(0.0, self._rows.width + self._letter - self._room) if self._rows.width > self._room else 0.0

    def lay_out(self, width: float) -> float:
        self._width = width
        self._offset = min(self._offset, self._overflow())
        return self.height

    def ideal_width(self) -> float:
        return self._left + self._rows.width + 2 * SIDE + 1

    def _spans(self, row: int, length: int) -> Sequence[Span]:
        if not self._rows.is_wrapped:
            return self._colours.spans(row)
        line, begin = self._rows.place(row)
        cut = ((max(start - begin, 0), min(start + count - begin, length), kind)
               for start, count, kind in self._colours.spans(line))  # fmt: skip
        return [(start, end - start, kind) for start, end, kind in cut if start < end]

    def _layout(self, row: int) -> QTextLayout:
        known = self._layouts.get(row)
        if known is not None:
            return known
        if len(self._layouts) > _KEPT_ROWS:
            self._layouts.clear()
        text = self._rows[row]
        layout = QTextLayout(text, self._font)
        layout.setTextOption(self._option)
        spans = self._spans(row, len(text))
        if spans:
            places = Positions(text)
            style = self._look.theme.pygments_style
            layout.setFormats(
                [_range(places, start, start + count, _colour(style, kind)) for start, count, kind in spans]
            )
        layout.beginLayout()
        line = layout.createLine()
        if line.isValid():
            line.setLineWidth(1e6)
            line.setPosition(QPointF(0, self._base - line.ascent()))
        layout.endLayout()
        self._layouts[row] = layout
        return layout

    def draw(self, painter: QPainter, exposed: QRectF, marks: Sequence[Mark] = ()) -> None:
        theme = self._look.theme
        painter.save()
        frame = self._framed()
        frame.draw_ground(painter, self._look)
        inner = QRectF(self._left + SIDE / 2, 0, self._room + SIDE, frame.area.height())
        painter.save()
        painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        first = max(0, floor((exposed.top() - self._top) / self._row_height))
        last = min(len(self._rows) - 1, floor((exposed.bottom() - self._top) / self._row_height))
        painter.setPen(theme.text)
        for row in range(first, last + 1):
            place = QPointF(self._left + SIDE - self._offset, self._top + row * self._row_height)
            self._layout(row).draw(painter, place, self._selections(row, marks))
        if (bar := self.bar) is not None:
            bar.draw(painter, theme)
        painter.restore()
        if exposed.top() < HEADER:
            frame.draw_header(painter, self._look)
        painter.restore()

    def _selections(self, row: int, marks: Sequence[Mark]) -> list[QTextLayout.FormatRange]:
        if not marks:
            return []
        start = self._rows.starts()[row]
        text = self._rows[row]
        places: Positions | None = None
        found: list[QTextLayout.FormatRange] = []
        for mark in marks:
            first, last = max(mark.start - start, 0), min(mark.end - start, len(text))
            if first >= last:
                continue
            places = places or Positions(text)
            found.append(_range(places, first, last, mark_format(mark.kind, self._look.theme)))
        return found

    def position_at(self, point: QPointF) -> int:
        row = max(0, min(len(self._rows) - 1, floor((point.y() - self._top) / self._row_height)))
        line = self._layout(row).lineAt(0)
        x = point.x() - self._left - SIDE + self._offset
        units = line.xToCursor(x) if line.isValid() else 0
        return self._rows.starts()[row] + Positions(self._rows[row]).from_units(int(units))

    def rectangle_at(self, position: int) -> QRectF:
        position = max(0, min(position, self.length))
        row = self._rows.at(position)
        line = self._layout(row).lineAt(0)
        column = Positions(self._rows[row]).to_units(position - self._rows.starts()[row])
        x = caret_x(line, column) if line.isValid() else 0.0
        top = self._top + row * self._row_height
        return QRectF(self._left + SIDE + x - self._offset, top, 1, self._row_height)

    def word_at(self, position: int) -> tuple[int, int]:
        text = self._rows.text
        start = end = max(0, min(position, len(text)))
        while start > 0 and position - start < ROW_LIMIT and (text[start - 1].isalnum() or text[start - 1] == "_"):
            start -= 1
        while end < len(text) and end - position < ROW_LIMIT and (text[end].isalnum() or text[end] == "_"):
            end += 1
        return start, end

    def paragraph_at(self, position: int) -> tuple[int, int]:
        position = max(0, min(position, len(self._rows.text)))
        end = self._rows.text.find("\n", position)
        return self._rows.text.rfind("\n", 0, position) + 1, len(self._rows.text) if end < 0 else end

    def links(self) -> Sequence[Link]:
        return ()

    def link_at(self, point: QPointF) -> Link | None:
        return None

    def text(self, start: int, end: int) -> str:
        return self._rows.text[max(0, start) : max(0, end)]

    def markdown(self, start: int, end: int) -> str:
        if start <= 0 and end >= self.length:
            return self.piece.text.strip("\n")
        return fenced(self.text(start, end), self._source.language, self._kind.column)

    def shown_text(self) -> str:
        return self._rows.text

    def _framed(self) -> CodeFrame:
        frame = self._frame
        frame.area = QRectF(self._left, 0, self._width - self._left, self.height - _BELOW)
        frame.language = self._source.language
        return frame

    def controls(self) -> Sequence[Control]:
        frame = self._framed()
        frame.code = drawable(self._source.code)
        return (frame.control(),)

    def scroll_sideways(self, by: float) -> bool:
        before = self._offset
        self._offset = max(0.0, min(before + by, self._overflow()))
        return self._offset != before

    @property
    def window(self) -> tuple[float, float] | None:
        left = self._left + SIDE
        return (left, left + self._room) if self._overflow() else None

    @property
    def bar(self) -> Bar | None:
        if not self._overflow():
            return None
        place = QPointF(self._left + SIDE, self.height - _BELOW - 8)
        return Bar(place, self._room, self._rows.width + self._letter, self._offset)

    def grow(self, piece: Piece) -> bool:
        if piece.kind != self.piece.kind or not piece.text.startswith(self.piece.text):
            return False
        source = _read(piece, self._kind)
        if source.language != self._source.language:
            return False
        last = len(self._rows) - 1
        added = self._rows.grow(drawable(source.code))
        if added is None:
            return False
        was_closed = self._source.closed
        self.piece, self._source = piece, source
        self._steady = self._top + last * self._row_height - SPACE
        self._layouts.pop(last, None)
        if "\n" in added or was_closed != source.closed:
            self._colours.grown(closed=source.closed)
        return True

    @property
    def steady(self) -> float:
        return self._steady

    def refine(self, budget_ms: float) -> bool:
        if self._colours.is_done:
            return False
        left = self._colours.work(self._rows.lines, budget_ms, closed=self._source.closed)
        first = self._colours.changed_from
        self._steady = self.height if first is None else self._top + self._rows.first_of(first) * self._row_height
        if first is not None:
            self._layouts = {row: layout for row, layout in self._layouts.items() if row < self._rows.first_of(first)}
        return left

    @property
    def is_refined(self) -> bool:
        return self._colours.is_done


def _read(piece: Piece, kind: Kind) -> CodeSource:
    return read_indented(piece.text) if kind.name == kinds.INDENTED else read_fence(piece.text, kind.column)


def _colour(style: str, kind: _TokenType) -> QTextCharFormat:
    return colour_format(style, kind)


def _range(places: Positions, start: int, end: int, style: QTextCharFormat) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start = places.to_units(start)
    result.length = places.to_units(end) - result.start
    result.format = style
    return result
