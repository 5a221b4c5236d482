"""The icons: one stroke, tinted in the theme's colours, sharp at any scale."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.resources import resource_path

_PIXELS = (16, 18, 20, 23, 24, 27, 32, 36, 40, 48)
"""Sides that icons of 16 to 24 units take at 100 to 200 per cent; a size in between is scaled down."""


def icon(name: str, colour: QColor, disabled: QColor | None = None) -> QIcon:
    """An icon of resources/icons in one colour. It keeps that colour: make it anew when the theme changes.

    Args:
        name: The file's name without ``.svg``.
        colour: What its strokes are drawn in.
        disabled: The same for a disabled control; None leaves it to Qt, which greys.

    Returns:
        The icon.

    Raises:
        FileNotFoundError: There is no such icon.
    """
    result = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        if ink is not None:
            for pixels in _PIXELS:
                result.addPixmap(_picture(name, ink, pixels), mode)
    return result


def icon_pixmap(name: str, colour: QColor, side: int, scale: float) -> QPixmap:
    """An icon as a picture, for a widget that paints itself.

    Args:
        name: The file's name without ``.svg``.
        colour: What its strokes are drawn in.
        side: Its side in device-independent pixels.
        scale: The device pixel ratio of what it is painted on.

    Returns:
        The picture, with that ratio set.
    """
    picture = _picture(name, colour, round(side * scale))
    picture.setDevicePixelRatio(scale)
    return picture


def application_icon() -> QIcon:
    """The program's own icon."""
    renderer = QSvgRenderer(str(resource_path("cortex-desktop.svg")))
    result = QIcon()
    for pixels in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_paint(renderer, pixels))
    return result


@cache
def _source(name: str) -> str:
    return resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")


def _picture(name: str, colour: QColor, pixels: int) -> QPixmap:
    """A picture of an icon, drawn once and then taken from Qt's cache."""
    key, known = f"{name} {colour.name()} {pixels}", QPixmap()
    if QPixmapCache.find(key, known):
        return known
    ink = _source(name).replace("currentColor", colour.name())
    picture = _paint(QSvgRenderer(QByteArray(ink.encode())), pixels)
    QPixmapCache.insert(key, picture)
    return picture


def _paint(renderer: QSvgRenderer, pixels: int) -> QPixmap:
    picture = QPixmap(QSize(pixels, pixels))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    try:
        renderer.render(painter, QRectF(0, 0, pixels, pixels))
    finally:
        painter.end()
    return picture
