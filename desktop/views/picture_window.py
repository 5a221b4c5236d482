"""One picture in a window of its own: fitted to that, zoomed by the wheel, moved by dragging."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.views.theme import SPACE, current_theme

_SHARE_OF_SCREEN = 0.85
_LEAST = QSize(320, 240)
_FIRST = QSize(640, 480)
_STEP = 1.25
_MOST = 16.0
"""Device pixels to one of the picture's."""
_GROUND = "#ffffff"
"""What pictures that one can see through are made for, in a dark theme, too."""


class PictureView(QWidget):
    """Draws a picture, all of it or a part.

    Attributes:
        zoom: Logical pixels to one of the picture's; what fits where nothing else was asked for.

    Signals:
        zoomed(): It is drawn in another size.
    """

    zoomed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._fits = True
        self._centre = QPointF()  # of the view, in the picture
        self._dragged: QPointF | None = None
        self.zoom = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    @property
    def natural_size(self) -> QSize:
        """The picture's, in logical pixels: one of its pixels is one of the device's."""
        return (self._image.size().toSizeF() / self.devicePixelRatioF()).toSize()

    def show_picture(self, image: QImage) -> None:
        """Show a picture, all of it."""
        self._image = image
        self.fit()

    def fit(self) -> None:
        """Show all of it, no larger than it is."""
        self._fits = True
        self._centre = QRectF(self._image.rect()).center()
        self._set_zoom(self._fitting)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom; the place of the picture at a point of the view stays there.

        Args:
            factor: More than 1 is nearer.
            at: The point; None for the middle.
        """
        if self._image.isNull():
            return
        most = _MOST / self.devicePixelRatioF()
        zoom = max(min(self._fitting, most), min(self.zoom * factor, most))
        self._fits = zoom <= self._fitting
        offset = (at if at is not None else self._middle) - self._middle
        self._centre += offset / self.zoom - offset / zoom
        self._set_zoom(zoom)

    @property
    def _middle(self) -> QPointF:
        return QRectF(self.rect()).center()

    @property
    def _fitting(self) -> float:
        if self._image.isNull():
            return 1.0
        share = min(self.width() / self._image.width(), self.height() / self._image.height())
        return max(1e-4, min(share, 1 / self.devicePixelRatioF()))

    def _set_zoom(self, zoom: float) -> None:
        self.zoom = zoom
        self._bound()
        self.update()
        self.zoomed.emit()

    def _bound(self) -> None:
        """Keep the picture in the view: its middle where it is smaller, no edge within it where it is larger."""
        centre, size = [], (self._image.width(), self._image.height())
        for at, length, room in zip(self._centre.toTuple(), size, (self.width(), self.height()), strict=True):
            half = room / self.zoom / 2
            centre.append(length / 2 if 2 * half >= length else max(half, min(at, length - half)))
        self._centre = QPointF(*centre)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, where it fitted."""
        super().resizeEvent(event)
        if self._fits:
            self.fit()
        else:
            self._bound()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        self.zoom_by(_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture that is held."""
        if self._dragged is not None:
            self._centre -= (event.position() - self._dragged) / self.zoom
            self._dragged = event.position()
            self._bound()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        self._dragged = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, 0 shows all of it, the arrows move it."""
        arrows = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in arrows:
            across, down = arrows[key]
            self._centre += QPointF(across, down) * 8 * SPACE / self.zoom
            self._bound()
            self.update()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what of it is in view."""
        theme = current_theme()
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), theme.surface)
            if self._image.isNull():
                return
            # Where a pixel of it is larger than one of the screen, its edges are what is looked at.
            is_smooth = self.zoom * self.devicePixelRatioF() < 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
            corner = self._middle - self._centre * self.zoom
            area = QRectF(corner, self._image.size().toSizeF() * self.zoom)
            if self._image.hasAlphaChannel():
                painter.fillRect(area, _GROUND)
            painter.drawImage(area, self._image)
        finally:
            painter.end()


class PictureWindow(QDialog):
    """Shows one picture. Escape closes it.

    Args:
        name: The file's, as it is shown.
        parent: The window.

    Attributes:
        view: Draws it.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self.setWindowTitle(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = PictureView(self)
        self.view.setAccessibleName(f"Picture {name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setMinimumSize(_LEAST)
        self.resize(_FIRST)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        self.view.zoomed.connect(self._tell_zoom)
        self.view.setFocus()

    def show_picture(self, image: QImage) -> None:
        """Show the picture, in a window as large as it is, or as the screen has room for."""
        self.view.show_picture(image)
        room = (self.screen() or QGuiApplication.primaryScreen()).availableSize() * _SHARE_OF_SCREEN
        size = self.view.natural_size
        if size.boundedTo(room) != size:
            size.scale(room, Qt.AspectRatioMode.KeepAspectRatio)
        self.resize(size.expandedTo(_LEAST))
        self.view.setAccessibleDescription(f"{image.width():,} by {image.height():,} pixels")
        self._tell_zoom()

    def _tell_zoom(self) -> None:
        percent = round(100 * self.view.zoom * self.devicePixelRatioF())
        self.setWindowTitle(f"{self._name} · {percent} %")
