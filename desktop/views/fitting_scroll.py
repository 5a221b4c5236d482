"""A scroll area as tall as what it holds, up to a limit."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class FittingScroll(QScrollArea):
    """Scrolls only what has no room.

    Args:
        parent: The parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = 10_000
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_widget(self, widget: QWidget) -> None:
        """Hold a widget, in place of the one before."""
        self.setWidget(widget)
        widget.installEventFilter(self)
        self._fit()

    def set_most(self, height: int) -> None:
        """Be no taller than so many pixels."""
        self._most = height
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the widget's height."""
        if watched is self.widget() and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        widget = self.widget()
        layout = widget.layout() if widget is not None else None
        if widget is None or layout is None:
            return
        wanted = (
            layout.totalHeightForWidth(widget.width()) if layout.hasHeightForWidth() else layout.sizeHint().height()
        )
        height = min(max(wanted, 1), self._most)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
