"""The simplest segments there can be, for tests of the canvas: a paragraph each, its lines broken by Qt."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QTextCharFormat, QTextLayout

from desktop.views.transcript.kit import Kit
from desktop.views.transcript.segment import Control, Link, Look, Mark, MarkKind, Piece, Segment, Surroundings

_LINK = re.compile(r"\[(\w[\w ]*)\]\((https?://[^)]+)\)|\[(\d)\]")


class Lines(Segment):
    """One paragraph; ``[words](address)`` and ``[1]`` are links, a line ``copy`` brings a button."""

    made = 0
    laid_out = 0

    def __init__(self, piece: Piece, around: Surroundings, look: Look) -> None:
        Lines.made += 1
        self.piece = piece
        self._around = around
        self._theme = look.theme
        self._text = piece.text.rstrip("\n")
        self._layout = QTextLayout(self._text.replace("\n", "\u2028"), look.font)
        self._width = 0.0
        self._height = 0.0
        self.pressed = 0
        self.refined = 0

    @property
    def length(self) -> int:
        return len(self._text)

    @property
    def height(self) -> float:
        return self._height

    def lay_out(self, width: float) -> float:
        if width != self._width:
            Lines.laid_out += 1
            self._width = width
            y = 0.0
            self._layout.beginLayout()
            while (line := self._layout.createLine()).isValid():
                line.setLineWidth(width)
                line.setPosition(QPointF(0, y))
                y += line.height()
            self._layout.endLayout()
            self._height = y + 8
        return self._height

    def ideal_width(self) -> float:
        return max((self._layout.lineAt(at).naturalTextWidth() for at in range(self._layout.lineCount())), default=0.0)

    def draw(self, painter: QPainter, exposed: QRectF, marks: Sequence[Mark] = ()) -> None:
        ranges = []
        for mark in marks:
            ink = QTextCharFormat()
            ink.setForeground(self._theme.text)
            ink.setBackground(self._theme.selection if mark.kind is MarkKind.SELECTION else self._theme.warning)
            stretch = QTextLayout.FormatRange()
            stretch.start, stretch.length, stretch.format = mark.start, mark.end - mark.start, ink
            ranges.append(stretch)
        painter.setPen(self._theme.text)
        self._layout.draw(painter, QPointF(), ranges)

    def _line_at(self, y: float) -> int:
        for at in range(self._layout.lineCount()):
            if y < self._layout.lineAt(at).rect().bottom():
                return at
        return max(0, self._layout.lineCount() - 1)

    def position_at(self, point: QPointF) -> int:
        return self._layout.lineAt(self._line_at(point.y())).xToCursor(point.x()) if self._text else 0

    def rectangle_at(self, position: int) -> QRectF:
        line = self._layout.lineForTextPosition(position)
        x = line.cursorToX(position)
        across = float(x[0] if isinstance(x, tuple) else x)  # type: ignore[arg-type]
        return QRectF(across, line.y(), 1, line.height())

    def word_at(self, position: int) -> tuple[int, int]:
        for word in re.finditer(r"\w+", self._text):
            if word.start() <= position <= word.end():
                return word.span()
        return position, position

    def paragraph_at(self, position: int) -> tuple[int, int]:
        return 0, self.length

    def links(self) -> Sequence[Link]:
        found = []
        for match in _LINK.finditer(self._text):
            if match[2]:
                found.append(Link(*match.span(), match[2]))
            elif 0 < int(match[3]) <= len(self._around.evidence):
                found.append(Link(*match.span(), f"evidence:{self._around.evidence[int(match[3]) - 1]}"))
        return found

    def link_at(self, point: QPointF) -> Link | None:
        position = self.position_at(point)
        return next((link for link in self.links() if link.start <= position < link.end), None)

    def text(self, start: int, end: int) -> str:
        return self._text[start:end]

    def markdown(self, start: int, end: int) -> str:
        return self._text[start:end]

    def shown_text(self) -> str:
        return self._text

    def controls(self) -> Sequence[Control]:
        if not self._text.startswith("copy"):
            return ()
        return [Control(QRectF(self._width - 24, 0, 24, 16), "Copy code", self._press)]

    def _press(self) -> None:
        self.pressed += 1

    def refine(self, budget_ms: float) -> bool:
        self.refined += 1
        return False


def split(text: str, growing: bool) -> Sequence[Piece]:
    """A piece for each paragraph."""
    return [Piece(match[0], match.start(), "prose") for match in re.finditer(r"(?s).+?(?:\n\n+|\Z)", text)]


def resume(piece: Piece, text: str, growing: bool) -> Sequence[Piece]:
    """The same from a piece on."""
    return [Piece(each.text, each.start + piece.start, each.kind) for each in split(text[piece.start :], growing)]


KIT = Kit(split, resume, lambda text: split(text, False), Lines, lambda piece: "\n\n", lambda text: "")
