"""What is drawn behind prose: the bars of quotes, rules, bullets, the boxes of tasks, the lines of tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTextBlock, QTextDocument, QTextFormat, QTextTable

from desktop.views.theme import SPACE, Theme
from desktop.views.transcript.block_marks import BULLET, CELL, FIRST_NOTE, QUOTES, RULE, TASK, quotes_of
from desktop.views.transcript.code_frame import BARE_HEADER, HEADER, SIDE
from desktop.views.transcript.document_links import blocks_from
from desktop.views.transcript.segment import Look
from desktop.views.transcript.table_writer import row_lines

_LANGUAGE = QTextFormat.Property.BlockCodeLanguage
_BAR = 3
_BOX = 13.0


@dataclass(slots=True)
class Ornaments:
    """Those of one document, in its coordinates.

    Attributes:
        bars: Beside quotes.
        rules: Horizontal rules.
        boxes: Of tasks, and whether they are checked.
        bullets: Their middles, and how deep their list is.
        heads: Lines below the heads of tables.
        lines: Lines between the rows of tables.
        codes: What code stands on, from the top.
    """

    bars: list[QRectF] = field(default_factory=list)
    rules: list[QRectF] = field(default_factory=list)
    boxes: list[tuple[QRectF, bool]] = field(default_factory=list)
    bullets: list[tuple[QPointF, int]] = field(default_factory=list)
    heads: list[QRectF] = field(default_factory=list)
    lines: list[QRectF] = field(default_factory=list)
    codes: list[QRectF] = field(default_factory=list)

    def draw(self, painter: QPainter, theme: Theme, exposed: QRectF) -> None:
        """Draw those that may show in a rectangle."""
        for area in [*self.bars, *self.rules, *self.lines]:
            painter.fillRect(area, theme.border)
        for head in self.heads:
            painter.fillRect(head, theme.outline)
        if not self.boxes and not self.bullets:
            return
        seen = exposed.adjusted(0, -_BOX, 0, _BOX)
        top, bottom = seen.top(), seen.bottom()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for middle, level in self.bullets:
            if not top < middle.y() < bottom:
                continue
            painter.setPen(QPen(theme.muted, 1.2))
            painter.setBrush(theme.muted if level % 2 else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, 2.2, 2.2)
        for box, checked in self.boxes:
            if not seen.intersects(box):
                continue
            painter.setPen(QPen(theme.accent if checked else theme.outline, 1.2))
            painter.setBrush(theme.accent if checked else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            if checked:
                painter.setPen(QPen(theme.on_accent, 1.8, c=Qt.PenCapStyle.RoundCap))
                corners = ((3, 6.8), (5.4, 9.2), (10, 4))
                painter.drawPolyline([box.topLeft() + QPointF(*corner) for corner in corners])

    def above(self, document: QTextDocument, height: float) -> "tuple[Ornaments, QTextBlock] | None":
        """Those that stand where nothing changed, and the first block that may have others now.

        Args:
            document: Theirs; it was laid out again.
            height: Down to which it looks as it did when they were found.

        Returns:
            None where all are to be found anew: those that reach over several blocks.
        """
        if self.bars or self.rules or self.heads or self.codes:
            return None
        layout, block = document.documentLayout(), document.lastBlock()
        top = layout.blockBoundingRect(block).top()
        while block.previous().isValid() and layout.blockBoundingRect(block.previous()).bottom() > height:
            block = block.previous()
            top = layout.blockBoundingRect(block).top()
        boxes = [each for each in self.boxes if each[0].center().y() < top]
        return Ornaments(boxes=boxes, bullets=[each for each in self.bullets if each[0].y() < top]), block


def ornaments_of(
    document: QTextDocument,
    tables: Sequence[QTextTable],
    look: Look,
    width: float,
    known: tuple[Ornaments, QTextBlock] | None = None,
) -> Ornaments:
    """Find where they stand in a document that is laid out.

    Args:
        document: Built by `ProseBuilder`.
        tables: Those in it.
        look: How it is drawn.
        width: What its text is laid out for.
        known: Those above a block, and that block; None to find all.
    """
    found, first = known if known is not None and not tables else (Ornaments(), document.begin())
    bars: dict[tuple[int, int], QRectF] = {}
    letter_middle: float | None = None
    layout = document.documentLayout()
    for block in blocks_from(first):
        style = block.blockFormat()
        frame = layout.blockBoundingRect(block)
        if style.hasProperty(_LANGUAGE):
            frame = _around_code(block, frame, width)
            found.codes.append(frame)
        if style.hasProperty(QUOTES):
            _add_bars(bars, block, frame, width)
        if block.layout().lineCount() and (style.hasProperty(TASK) or style.hasProperty(BULLET)):
            letter_middle = letter_middle or QFontMetricsF(look.font).xHeight() / 2
            _add_mark(found, block, letter_middle)
        if style.boolProperty(FIRST_NOTE):
            found.rules.append(QRectF(0, round(frame.top() - 3 * SPACE / 2), width, 1))
        if style.boolProperty(RULE):
            found.rules.append(QRectF(0, round(frame.center().y()), width, 1))
    found.bars = list(bars.values())
    for table in tables:
        left = table.format().leftMargin()
        used = sum(length.rawValue() for length in table.format().columnWidthConstraints())
        head, *others = row_lines(table)
        found.heads.append(QRectF(left, head, used, 1.5))
        found.lines += [QRectF(left, line, used, 1) for line in others[:-1]]
    return found


def _around_code(block: QTextBlock, frame: QRectF, width: float) -> QRectF:
    """What a block of code stands on."""
    layout = block.layout()
    left = layout.position().x() + layout.lineAt(0).x() - SIDE if layout.lineCount() else frame.left()
    above = HEADER if block.blockFormat().stringProperty(_LANGUAGE) else BARE_HEADER
    return QRectF(left, frame.top() - above, width - left, frame.height() + above + SPACE)


def _add_bars(bars: dict[tuple[int, int], QRectF], block: QTextBlock, frame: QRectF, width: float) -> None:
    """Have the bars of the quotes around a block reach down to its end."""
    style = block.blockFormat()
    from_right = block.textDirection() == Qt.LayoutDirection.RightToLeft and not style.hasProperty(CELL)
    for depth, (lists, place) in enumerate(quotes_of(style)):
        left = 3 * SPACE * lists + 2 * SPACE * depth
        bar = QRectF(width - left - _BAR if from_right else left, frame.top(), _BAR, frame.height())
        known = bars.setdefault((depth, place), bar)
        known.setBottom(max(known.bottom(), bar.bottom()))


def _add_mark(found: Ornaments, block: QTextBlock, letter_middle: float) -> None:
    """Add the box or the bullet of an item, on its first line."""
    style, line = block.blockFormat(), block.layout().lineAt(0)
    place = block.layout().position() + line.position()
    middle = place.y() + line.ascent() - letter_middle
    from_right = block.textDirection() == Qt.LayoutDirection.RightToLeft
    if style.hasProperty(TASK):
        left = place.x() + line.width() + 7 if from_right else place.x() - 20
        found.boxes.append((QRectF(left, middle - _BOX / 2, _BOX, _BOX), style.boolProperty(TASK)))
    else:
        left = place.x() + line.width() + 13 if from_right else place.x() - 13
        found.bullets.append((QPointF(left, middle), style.intProperty(BULLET)))
