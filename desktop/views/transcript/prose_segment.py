# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""Prose of a message: paragraphs, headings, lists, quotes, notes; also plain text and formulas on their own."""

import re

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTextBlockFormat, QTextCharFormat, QTextCursor

from desktop.views.documents import LINE_SEPARATOR, drawable, empty_document, spaced
from desktop.views.theme import SPACE
from desktop.views.transcript import kinds
from desktop.views.transcript.document_segment import DocumentSegment
from desktop.views.transcript.kinds import Kind
from desktop.views.transcript.parsing import NESTING, parse, parse_line
from desktop.views.transcript.prose_builder import BULLET, QUOTE_LEVEL, RULE, TASK, ProseBuilder
from desktop.views.transcript.segment import Look, Piece, Surroundings

_NOTE = re.compile(r"^\[\^([^\]\s]{1,100})\]:", re.MULTILINE)
_QUOTE_MARKS = re.compile(r"^[ >]+", re.MULTILINE)
_DEEP = re.compile(r"(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){25}", re.MULTILINE)


class ProseSegment(DocumentSegment):
    """A piece of Markdown without code or a table at the margin."""

    def laid_out(self) -> None:
        self._bars: list[QRectF] = []
        self._rules: list[QRectF] = []
        self._boxes: list[tuple[QRectF, bool]] = []
        self._bullets: list[tuple[QPointF, int]] = []
        self._letter_middle = QFontMetricsF(self._look.font).xHeight() / 2
        layout = self._document.documentLayout()
        for block in self.blocks():
            style = block.blockFormat()
            frame = layout.blockBoundingRect(block)
            for depth in range(style.intProperty(QUOTE_LEVEL)):
                from_right = block.textDirection() == Qt.LayoutDirection.RightToLeft
                left = self._width - depth * 2 * SPACE - 3 if from_right else depth * 2 * SPACE
                bar = QRectF(left, frame.top(), 3, frame.height())
                last = next((known for known in reversed(self._bars) if known.left() == bar.left()), None)
                if last is not None and bar.top() - last.bottom() < 2 * SPACE:
                    last.setBottom(bar.bottom())
                else:
                    self._bars.append(bar)
            if block.layout().lineCount() and (style.hasProperty(TASK) or style.hasProperty(BULLET)):
                line = block.layout().lineAt(0)
                place = block.layout().position() + line.position()
                middle = place.y() + line.ascent() - self._letter_middle
                from_right = block.textDirection() == Qt.LayoutDirection.RightToLeft
                if style.hasProperty(TASK):
                    left = place.x() + line.width() + 7 if from_right else place.x() - 20
                    self._boxes.append((QRectF(left, middle - 6.5, 13, 13), style.boolProperty(TASK)))
                else:
                    left = place.x() + line.width() + 13 if from_right else place.x() - 13
                    self._bullets.append((QPointF(left, middle), style.intProperty(BULLET)))
            if style.boolProperty(RULE):
                self._rules.append(QRectF(0, round(frame.center().y()), self._width, 1))

    def draw_ground(self, painter: QPainter, exposed: QRectF) -> None:
        theme = self._look.theme
        for bar in self._bars:
            painter.fillRect(bar, theme.border)
        for rule in self._rules:
            painter.fillRect(rule, theme.border)
        if not self._boxes and not self._bullets:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for middle, level in self._bullets:
            painter.setPen(QPen(theme.muted, 1.2))
            painter.setBrush(theme.muted if level % 2 else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, 2.2, 2.2)
        for box, checked in self._boxes:
            painter.setPen(QPen(theme.accent if checked else theme.outline, 1.2))
            painter.setBrush(theme.accent if checked else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            if checked:
                painter.setPen(QPen(theme.on_accent, 1.8, c=Qt.PenCapStyle.RoundCap))
                corners = ((3, 6.8), (5.4, 9.2), (10, 4))
                painter.drawPolyline([box.topLeft() + QPointF(*corner) for corner in corners])


class FormulaSegment(DocumentSegment):
    """A formula on lines of its own; a wide one scrolls sideways."""

    def least_width(self, room: float) -> float:
        return max(room, self.formula_width() + 2 * SPACE)


class PlainSegment(DocumentSegment):
    """Text that is shown character by character, as a person wrote it."""

    def __init__(self, piece: Piece, look: Look, *, below: int = 0) -> None:
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
        super().__init__(piece, document, look)

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
    if kind.name == kinds.PART:
        bare = _QUOTE_MARKS.sub("", text) if kind.quotes else text
        tokens = parse_line(bare, surroundings.definitions)
    else:
        if _DEEP.search(text):
            return PlainSegment(piece, look, below=SPACE)
        tokens = parse(without_margin(text, kind.column), surroundings.definitions)
        if any(token.level >= NESTING - 1 for token in tokens):
            return PlainSegment(piece, look, below=SPACE)
    labels = dict.fromkeys(_NOTE.findall(surroundings.definitions))
    builder.number_notes({label: str(number) for number, label in enumerate(labels, 1)})
    builder.build(tokens)
    make = FormulaSegment if kind.name == kinds.FORMULA else ProseSegment
    return make(piece, builder.document, look, builder.formulas)


def without_margin(text: str, columns: int) -> str:
    """The text without up to so many spaces at the beginning of each line."""
    if not columns:
        return text
    if "\t" in text:  # a tab that begins in the margin is the spaces that it stands for
        text = re.sub(rf"^( {{0,{columns - 1}}})\t", _spaces, text, flags=re.MULTILINE)
    return re.sub(rf"^ {{1,{columns}}}", "", text, flags=re.MULTILINE)


def _spaces(match: re.Match[str]) -> str:
    return match[0].expandtabs(4)
