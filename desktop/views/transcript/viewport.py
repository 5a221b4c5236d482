"""The widget that the transcript is painted on, and the few events that are its own.

The scroll area takes all others before they come here, so that painting passes through no Python but its own.
"""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QHelpEvent, QPalette
from PySide6.QtWidgets import QWidget


class Viewport(QWidget):
    """What is painted on.

    Args:
        parent: The scroll area.

    Signals:
        help_wanted(QHelpEvent): The pointer rests: is there anything to tell?
        pointer_left(): The pointer left, maybe for a widget that stands on it.
        scale_changed(): It came to a screen of another scale.
    """

    help_wanted = Signal(QHelpEvent)
    pointer_left = Signal()
    scale_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("qt_scrollarea_viewport")  # by which style sheets know that it belongs to a scroll area
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)

    def event(self, event: QEvent) -> bool:
        """Tell of it."""
        match event.type():
            case QEvent.Type.ToolTip if isinstance(event, QHelpEvent):
                self.help_wanted.emit(event)
                return True
            case QEvent.Type.Leave:
                self.pointer_left.emit()
            case QEvent.Type.DevicePixelRatioChange:
                self.scale_changed.emit()
        return super().event(event)
