"""Code that stands in a quote or a list as a block of the document around it: its frame, its colours."""

import time
from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTextBlock, QTextDocument, QTextFormat, QTextLayout

from desktop.views.code_highlight import _format as colour_format
from desktop.views.documents import LINE_SEPARATOR
from desktop.views.transcript.code_colours import CodeColours
from desktop.views.transcript.code_frame import CodeFrame
from desktop.views.transcript.document_links import blocks_of
from desktop.views.transcript.positions import Positions
from desktop.views.transcript.segment import Control, Look

_LANGUAGE = QTextFormat.Property.BlockCodeLanguage


class _Code:
    """One block of it."""

    def __init__(self, language: str) -> None:
        self.frame = CodeFrame()
        self.frame.language = language
        self.colours = CodeColours(language)
        self.place = 0

    def paint(self, block: QTextBlock, style: str) -> None:
        """Have a block in the colours that are known."""
        ranges: list[QTextLayout.FormatRange] = []
        at = 0
        places = Positions(self.frame.code)
        for number, line in enumerate(self.frame.code.split("\n")):
            for start, count, kind in self.colours.spans(number):
                end = min(start + count, len(line))
                if start < end:
                    span = QTextLayout.FormatRange()
                    span.start = places.to_units(at + start)
                    span.length = places.to_units(at + end) - span.start
                    span.format = colour_format(style, kind)
                    ranges.append(span)
            at += len(line) + 1
        if ranges or block.layout().formats():
            block.layout().setFormats(ranges)
            block.document().markContentsDirty(block.position(), block.length())  # its lines are gone until then


class NestedCode:
    """The blocks of code of one document.

    Args:
        document: Built by `ProseBuilder`.
        look: How it is drawn.
    """

    def __init__(self, document: QTextDocument, look: Look) -> None:
        self._document = document
        self._look = look
        self._codes: list[_Code] = []

    def take(self) -> None:
        """Take note that there are other blocks, or another text in them; known colours stay until it is read anew."""
        before, self._codes = self._codes, []
        for block in blocks_of(self._document):
            style = block.blockFormat()
            if not style.hasProperty(_LANGUAGE):
                continue
            language, number = style.stringProperty(_LANGUAGE), len(self._codes)
            is_known = number < len(before) and before[number].frame.language == language
            code = before[number] if is_known else _Code(language)
            self._codes.append(code)
            code.place = block.position()
            text = block.text().replace(LINE_SEPARATOR, "\n")
            is_other = text != code.frame.code
            if is_other:
                code.frame.code = text
                code.colours.grown(closed=True)
            if is_other or not block.layout().formats():
                code.paint(block, self._look.theme.pygments_style)

    def place(self, areas: Sequence[QRectF]) -> None:
        """Say where they stand, from the top."""
        for code, area in zip(self._codes, areas, strict=False):
            code.frame.area = area

    def draw(self, painter: QPainter, exposed: QRectF) -> None:
        """Draw the frames that may show in a rectangle."""
        for code in self._codes:
            if code.frame.area.intersects(exposed):
                painter.save()
                code.frame.draw_ground(painter, self._look)
                code.frame.draw_header(painter, self._look)
                painter.restore()

    def controls(self, shift: float) -> Sequence[Control]:
        """Their buttons.

        Args:
            shift: How far the segment is scrolled sideways.
        """
        return [code.frame.control(shift) for code in self._codes]

    @property
    def is_done(self) -> bool:
        """Whether all of it has its colours."""
        return all(code.colours.is_done for code in self._codes)

    def work(self, budget_ms: float) -> float | None:
        """Find more colours.

        Returns:
            The height from which on it looks otherwise now; None where nothing does.
        """
        until, changed = time.perf_counter() + budget_ms / 1000, None
        for code in self._codes:
            if code.colours.is_done:
                continue
            code.colours.work(code.frame.code.split("\n"), (until - time.perf_counter()) * 1000, closed=True)
            if code.colours.changed_from is not None:
                code.paint(self._document.findBlock(code.place), self._look.theme.pygments_style)
                changed = code.frame.area.top() if changed is None else min(changed, code.frame.area.top())
            if time.perf_counter() > until:
                break
        return changed
