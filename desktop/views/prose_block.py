"""A laid out piece of prose in a message: drawn, hit and selected, without a widget of its own."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPalette,
    QPen,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from desktop.views.documents import InertDocument
from desktop.views.markdown import QUOTE_LEVEL, RULE, TASK
from desktop.views.segments import Prose
from desktop.views.selection_markdown import selection_markdown
from desktop.views.theme import SPACE, Theme


class ProseBlock:
    """One prose segment.

    Args:
        segment: What it was made from.
        document: Its content.
        theme: The colours.

    Attributes:
        segment: What it was made from.
        area: Where it stands in its message.
    """

    def __init__(self, segment: Prose, document: InertDocument, theme: Theme) -> None:
        self.segment = segment
        self.area = QRect()
        self._document = document
        self._theme = theme
        self._bars: list[QRectF] = []
        self._rules: list[QRectF] = []
        self._boxes: list[tuple[QRectF, bool]] = []

    @property
    def document(self) -> QTextDocument:
        """Its content."""
        return self._document

    @property
    def length(self) -> int:
        """Characters that can be selected."""
        return self._document.characterCount() - 1

    def ideal_width(self) -> int:
        """The width of its longest line."""
        return int(self._document.idealWidth()) + 1

    def lay_out(self, left: int, top: int, width: int) -> int:
        """Place it, and break its lines anew where the width changed.

        Returns:
            Its height.
        """
        if self._document.textWidth() != width:
            self._document.setTextWidth(width)
            self._find_decorations(width)
        height = int(self._document.size().height() + 0.999)
        self.area = QRect(left, top, width, height)
        return height

    def _find_decorations(self, width: int) -> None:
        self._bars, self._rules, self._boxes = [], [], []
        layout = self._document.documentLayout()
        block = self._document.begin()
        while block.isValid():
            style = block.blockFormat()
            level = style.intProperty(QUOTE_LEVEL)
            if level:
                frame = layout.blockBoundingRect(block)
                for depth in range(level):
                    bar = QRectF(depth * 2 * SPACE, frame.top(), 3, frame.height() + 2)
                    last = next((known for known in reversed(self._bars) if known.left() == bar.left()), None)
                    if last is not None and bar.top() - last.bottom() < 2 * SPACE:
                        last.setBottom(bar.bottom())
                    else:
                        self._bars.append(bar)
            if style.hasProperty(TASK) and block.layout().lineCount():
                line = block.layout().lineAt(0)
                place = block.layout().position() + line.position()
                middle = place.y() + line.ascent() - 5
                self._boxes.append((QRectF(place.x() - 20, middle - 6, 13, 13), style.boolProperty(TASK)))
            if style.boolProperty(RULE):
                frame = layout.blockBoundingRect(block)
                self._rules.append(QRectF(0, frame.center().y(), width, 1))
            block = block.next()

    def draw(self, painter: QPainter, exposed: QRect, selection: tuple[int, int] | None) -> None:
        """Draw what of it lies in a rectangle of the message.

        Args:
            painter: In the message's coordinates.
            exposed: What must be drawn.
            selection: Positions of the selected part, or None.
        """
        if not exposed.intersects(self.area):
            return
        painter.save()
        painter.translate(self.area.topLeft())
        for bar in self._bars:
            painter.fillRect(bar, self._theme.border)
        for rule in self._rules:
            painter.fillRect(rule, self._theme.border)
        self._draw_boxes(painter)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(exposed.translated(-self.area.topLeft()))
        colours = QPalette()
        colours.setColor(QPalette.ColorRole.Text, self._theme.text)
        context.palette = colours
        if selection is not None and selection[0] != selection[1]:
            mark = QAbstractTextDocumentLayout.Selection()
            mark.cursor = self._cursor(*selection)
            style = QTextCharFormat()
            style.setBackground(self._theme.selection)
            style.setForeground(self._theme.text)
            mark.format = style
            context.selections = [mark]
        self._document.documentLayout().draw(painter, context)
        painter.restore()

    def _draw_boxes(self, painter: QPainter) -> None:
        for box, checked in self._boxes:
            painter.setPen(QPen(self._theme.accent if checked else self._theme.outline, 1.2))
            painter.setBrush(self._theme.accent if checked else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            if checked:
                painter.setPen(QPen(self._theme.on_accent, 1.8, c=Qt.PenCapStyle.RoundCap))
                corners = ((3, 6.8), (5.4, 9.2), (10, 4))
                painter.drawPolyline([box.topLeft() + QPointF(*corner) for corner in corners])

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self._document)
        cursor.setPosition(start)
        cursor.setPosition(min(end, self.length), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def position_at(self, point: QPoint) -> int:
        """The text position nearest to a point of the message."""
        inside = QPointF(point - self.area.topLeft())
        position = self._document.documentLayout().hitTest(inside, Qt.HitTestAccuracy.FuzzyHit)
        return max(0, min(position, self.length))

    def word_at(self, point: QPoint) -> tuple[int, int]:
        """Positions of the word at a point of the message."""
        cursor = QTextCursor(self._document)
        cursor.setPosition(self.position_at(point))
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def link_at(self, point: QPoint) -> str:
        """The target of the link at a point of the message; empty where there is none."""
        if not self.area.contains(point):
            return ""
        return self._document.documentLayout().anchorAt(QPointF(point - self.area.topLeft()))

    def links(self) -> list[tuple[int, int, str]]:
        """The links in order: start, end and target."""
        found: list[tuple[int, int, str]] = []
        block = self._document.begin()
        while block.isValid():
            iterator = block.begin()
            while not iterator.atEnd():
                fragment = iterator.fragment()
                if fragment.charFormat().isAnchor():
                    start, end = fragment.position(), fragment.position() + fragment.length()
                    target = fragment.charFormat().anchorHref()
                    if found and found[-1][1] == start and found[-1][2] == target:
                        found[-1] = (found[-1][0], end, target)
                    else:
                        found.append((start, end, target))
                iterator += 1
            block = block.next()
        return found

    def markdown(self, start: int, end: int) -> str:
        """The Markdown between two positions; exactly as it came where all of it is meant."""
        if start <= 0 and end >= self.length:
            return self.segment.text.strip("\n")
        return selection_markdown(self._document, start, end)
