"""One calm line that says what a run is doing."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.views.theme import SPACE, current_theme
from desktop.views.transcript.metrics import GUTTER

_STEP_MS = 120
_STEPS = 16


class ActivityLine(QWidget):
    """A dot that breathes, and a text beside it.

    Args:
        parent: The column.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._breathe)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else what it stands on is painted with each breath
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def show_text(self, text: str) -> None:
        """Say something; empty hides the line."""
        self._text = text
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, 4 * SPACE)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to breathe."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._timer.stop()

    def _breathe(self) -> None:
        self._step = (self._step + 1) % _STEPS
        self.update(0, 0, GUTTER + 2 * SPACE, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot and the text."""
        theme = current_theme()
        painter = QPainter(self)
        try:
            painter.fillRect(event.rect(), theme.background)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            dot = QColor(theme.accent)
            dot.setAlphaF(0.35 + 0.65 * abs(self._step - _STEPS / 2) / (_STEPS / 2))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(dot)
            painter.drawEllipse(QRectF(GUTTER, self.height() / 2 - 4, 8, 8))
            painter.setPen(theme.muted)
            words = self.rect().adjusted(GUTTER + 2 * SPACE, 0, -GUTTER, 0)
            shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        finally:
            painter.end()
