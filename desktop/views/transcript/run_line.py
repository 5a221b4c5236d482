"""The calm line of a run between the person's message and the answer, which folds out to what was gathered."""

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from desktop.views.call_text import STATE_ICONS
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import literal, one_line
from desktop.views.theme import SPACE, Theme
from desktop.views.transcript.metrics import GUTTER
from desktop.views.transcript.values import LineState, RunDetail, RunLine

_HEIGHT = 4 * SPACE
_INDENT = 3 * SPACE
_ICON = 16
_MOST = 4000
"""Characters of the orchestrator's words that are shown here; the debug pane has all of them."""
_ICONS: dict[LineState, str] = {
    "working": "running",
    "waiting": "clock",
    "done": "check",
    "stopped": "stop",
    "failed": "warning",
}
_WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignTop)


@dataclass(frozen=True, slots=True)
class Part:
    """Something in a run line that can be pressed.

    Attributes:
        area: Where, in the line's coordinates.
        name: Its accessible name.
        call_id: The call it stands for; empty for the line itself, which folds.
    """

    area: QRect
    name: str
    call_id: str = ""


class RunLineBox:
    """A run line, laid out and drawn.

    Args:
        run_id: The run.
        line: What it says.
        font: Of its text.

    Attributes:
        run_id: The run.
        is_open: Whether it is folded out.
    """

    is_widget: ClassVar[bool] = False

    def __init__(self, run_id: str, line: RunLine, font: QFont) -> None:
        self.run_id = run_id
        self.is_open = False
        self._line = line
        self._font = font
        self._width = 0
        self._height = _HEIGHT
        self._rows: list[tuple[RunDetail, QRect]] = []

    @property
    def line(self) -> RunLine:
        """What it says."""
        return self._line

    def show(self, line: RunLine) -> None:
        """Say something else; it stays folded as it is."""
        self._line = line
        self._width = 0

    def set_font(self, font: QFont) -> None:
        """Take another font."""
        self._font = font
        self._width = 0

    def fold(self, is_open: bool) -> None:
        """Fold it out or in."""
        self.is_open = is_open
        self._width = 0

    def lay_out(self, width: int) -> int:
        """Its height in a width."""
        if width != self._width:
            self._width = width
            self._rows = []
            top = self._head
            if self.is_open:
                for detail in self._details():
                    height = self._row_height(detail, width - 2 * GUTTER - _INDENT)
                    self._rows.append((detail, QRect(GUTTER + _INDENT, top, width - 2 * GUTTER - _INDENT, height)))
                    top += height
                top += SPACE
            self._height = top
        return self._height

    @property
    def _head(self) -> int:
        return max(_HEIGHT, QFontMetrics(self._font).height() + SPACE)

    def _details(self) -> tuple[RunDetail, ...]:
        if self._line.details is None:
            return (RunDetail("Loading…"),)
        return self._line.details or (RunDetail("Nothing was gathered."),)

    def _row_height(self, detail: RunDetail, width: int) -> int:
        metrics = QFontMetrics(self._font)
        if detail.call_id:
            return max(_ICON, metrics.height()) + SPACE
        return metrics.boundingRect(0, 0, max(1, width), 1 << 20, _WRAPPED, _shown(detail)).height() + SPACE

    def parts(self) -> list[Part]:
        """What can be pressed: the line, then the calls it folded out to."""
        title = QFontMetrics(self._font).horizontalAdvance(one_line(self._line.title, 200))
        width = min(self._width - 2 * GUTTER + SPACE, title + 2 * _INDENT + SPACE)
        head = QRect(GUTTER - SPACE // 2, 2, width, self._head - 4)
        calls = [Part(area, _name(detail), detail.call_id) for detail, area in self._rows if detail.call_id]
        return [Part(head, one_line(self._line.title, 200)), *calls]

    def words(self) -> str:
        """All it says now, for assistive technology."""
        return "\n".join([self._line.title, *(_name(detail) for detail, _ in self._rows)])

    def part_at(self, point: QPoint) -> Part | None:
        """What can be pressed at a point."""
        return next((part for part in self.parts() if part.area.contains(point)), None)

    def draw(self, painter: QPainter, theme: Theme, scale: float, lit: Part | None, focused: Part | None) -> None:
        """Draw it, its top left corner at 0, 0.

        Args:
            painter: Where.
            theme: The colours.
            scale: Device pixels for each logical one.
            lit: What the pointer is over.
            focused: What the keyboard is at.
        """
        painter.setFont(self._font)
        if lit is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.raised)
            painter.drawRoundedRect(lit.area, 6, 6)
        head = self._head
        ink = {"failed": theme.danger, "waiting": theme.warning}.get(self._line.state, theme.muted)
        fold = "chevron-down" if self.is_open else "chevron-right"
        top = (head - _ICON) // 2
        painter.drawPixmap(GUTTER, top, icon_pixmap(fold, theme.muted, _ICON, scale))
        left = GUTTER + _INDENT
        painter.drawPixmap(left, top, icon_pixmap(_ICONS[self._line.state], ink, _ICON, scale))
        left += _INDENT
        painter.setPen(theme.text if self._line.state == "failed" else theme.muted)
        self._draw_line(painter, QRect(left, 0, self._width - GUTTER - left, head), one_line(self._line.title, 200))
        if self._rows:
            painter.fillRect(QRect(GUTTER + 7, head, 1, self._height - head - SPACE), theme.border)
        for detail, area in self._rows:
            self._draw_detail(painter, theme, scale, detail, area)
        if focused is not None:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(focused.area, 6, 6)

    def _draw_line(self, painter: QPainter, area: QRect, text: str) -> None:
        shown = QFontMetrics(self._font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_detail(self, painter: QPainter, theme: Theme, scale: float, detail: RunDetail, area: QRect) -> None:
        if not detail.call_id:
            painter.setPen(theme.muted)
            painter.drawText(area.adjusted(0, SPACE // 2, 0, SPACE // 2), _WRAPPED, _shown(detail))
            return
        name, colour = STATE_ICONS[detail.state] if detail.state is not None else ("tools", "muted")
        picture = icon_pixmap(name, getattr(theme, colour), _ICON, scale)
        painter.drawPixmap(area.left(), area.top() + (area.height() - _ICON) // 2, picture)
        painter.setPen(theme.text)
        rest = area.adjusted(_INDENT, 0, 0, 0)
        words = detail.state.value if detail.state is not None else ""
        state = QFontMetrics(self._font).horizontalAdvance(words)
        self._draw_line(painter, rest.adjusted(0, 0, -state - 2 * SPACE, 0), one_line(detail.text, 300))
        painter.setPen(theme.muted)
        painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), words)


def _shown(detail: RunDetail) -> str:
    text = detail.text if len(detail.text) <= _MOST else detail.text[:_MOST] + "…"
    return literal(text.strip(), lines=True)


def _name(detail: RunDetail) -> str:
    words = f" {detail.state.value}" if detail.state is not None else ""
    return one_line(detail.text, 300) + words if detail.call_id else _shown(detail)
