"""Attached pictures within a text: one character each, drawn from what the store has by its hash."""

from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from desktop.engine.messages import Attachment
from desktop.views.attachment_chips import chip_name
from desktop.views.attachment_pictures import shared_pictures
from desktop.views.icons import icon_pixmap
from desktop.views.theme import SPACE, Theme

PICTURE = QTextFormat.Property.UserProperty + 14
"""Character property: the hash of an attached picture."""
_SIZE = QTextFormat.Property.UserProperty + 15
"""Character property: its width and height in pixels."""
_NAME = QTextFormat.Property.UserProperty + 16
"""Character property: its name, as it is shown."""
_WORDS = QTextFormat.Property.UserProperty + 17
"""Character property: what is said in its place."""
_SOURCE = QTextFormat.Property.UserProperty + 18
"""Character property: the Markdown that names it."""
_KIND = QTextFormat.ObjectTypes.UserObject + 2

OBJECT_CHARACTER = "\ufffc"
"""What stands for an object in the text of a document."""

MOST_HEIGHT = 320
"""Logical pixels."""
_MOST_WIDTH = 3_072
"""Logical pixels, where the width of the text is not known yet."""
_STEP = 80
"""Device pixels; heights are asked for in these steps. Those of `MOST_HEIGHT` are such, in scales of quarters."""
_RADIUS = 6
_FRAMED = 48
"""Logical pixels a side, from which on a picture has a frame: a smaller one is a sign within the words."""
_ICON = 24
_GROUND = "#ffffff"
"""What pictures that one can see through are made for, in a dark theme, too."""


def picture_format(ink: QTextCharFormat, picture: Attachment, words: str, source: str) -> QTextCharFormat:
    """The format of the character that stands for a picture.

    Args:
        ink: Of the text around it.
        picture: It; its size is known.
        words: What is said in its place; its name where that is empty.
        source: The Markdown that names it.
    """
    style = QTextCharFormat(ink)
    style.setObjectType(_KIND.value if hasattr(_KIND, "value") else _KIND)
    style.setProperty(PICTURE, picture.hash)
    style.setProperty(_SIZE, QSizeF(picture.width, picture.height))
    style.setProperty(_NAME, chip_name(picture))
    style.setProperty(_WORDS, words.strip() or chip_name(picture))
    style.setProperty(_SOURCE, source)
    return style


def picture_text(style: QTextFormat, *, markdown: bool) -> str:
    """A picture as Markdown, or what is said in its place."""
    return style.stringProperty(_SOURCE if markdown else _WORDS)


class PictureObject(QPyTextObject):
    """Measures and draws the pictures of one document.

    Args:
        document: It; owns this.
        theme: The colours.
        font: The font of ordinary text.
    """

    def __init__(self, document: QTextDocument, theme: Theme, font: QFont) -> None:
        super().__init__(document)
        self._theme = theme
        self._font = font
        document.documentLayout().registerHandler(_KIND, self)

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        """Its size in a line of the document: its own, or as much of that as there is room for."""
        natural: QSizeF = format.property(_SIZE)
        room = _room(doc, posInDocument)
        share = min(1.0, room / natural.width(), MOST_HEIGHT / natural.height())
        return QSizeF(max(1.0, natural.width() * share), max(1.0, natural.height() * share))

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, posInDocument: int, format: QTextFormat
    ) -> None:
        """Draw it, or its name while there is nothing else."""
        natural: QSizeF = format.property(_SIZE)
        area, height = _on_whole_pixels(painter, QRectF(rect))
        wanted = min(round(natural.height()), ceil(height / _STEP) * _STEP)
        image = shared_pictures().at_height(format.stringProperty(PICTURE), wanted)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(area.width(), area.height())
        radius, inset = min(_RADIUS, side / 8), 0.5 if side >= _FRAMED else 0.0
        outline = QPainterPath()
        outline.addRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)
        if image is not None:
            _draw_image(painter, area, outline, image)
        else:
            painter.fillPath(outline, self._theme.surface)
            self._draw_name(painter, area, format.stringProperty(_NAME))
        if inset:
            painter.strokePath(outline, QPen(self._theme.border, 1))
        painter.restore()

    def _draw_name(self, painter: QPainter, area: QRectF, name: str) -> None:
        """Draw the name in the middle, below a sign where there is room for both."""
        metrics = QFontMetricsF(self._font)
        above = _ICON + SPACE / 2
        if area.height() < metrics.height() + SPACE or area.width() < 2 * _ICON:
            return
        if area.height() < metrics.height() + above + SPACE:
            above = 0
        top = area.center().y() - (metrics.height() + above) / 2
        if above:
            scale = painter.deviceTransform().m22()
            corner = QPointF(area.center().x() - _ICON / 2, top)
            painter.drawPixmap(corner, icon_pixmap("image", self._theme.muted, _ICON, scale))
        painter.setFont(self._font)
        painter.setPen(self._theme.muted)
        line = QRectF(area.left() + SPACE, top + above, area.width() - 2 * SPACE, metrics.height())
        words = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)


def _draw_image(painter: QPainter, area: QRectF, outline: QPainterPath, image: QImage) -> None:
    painter.save()
    painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
    if image.hasAlphaChannel():
        painter.fillRect(area, _GROUND)
    painter.drawImage(area, image)
    painter.restore()


def _on_whole_pixels(painter: QPainter, area: QRectF) -> tuple[QRectF, int]:
    """The area nearest to one that begins and ends with whole pixels of the device, and its height in those."""
    onto = painter.deviceTransform()
    back, can_be_undone = onto.inverted()
    device = onto.mapRect(area)
    width, height = max(1, round(device.width())), max(1, round(device.height()))
    if not can_be_undone:
        return area, height
    return back.mapRect(QRectF(round(device.left()), round(device.top()), width, height)), height


def _room(document: QTextDocument, position: int) -> float:
    """The width that there is for an object in the block that it stands in."""
    block = document.findBlock(position)
    table = QTextCursor(block).currentTable()  # a cursor that is moved would have the lines laid out that ask for this
    if table is not None:
        cell, lengths = table.cellAt(position), table.format().columnWidthConstraints()
        shape = cell.format().toTableCellFormat()
        taken = shape.leftPadding() + shape.rightPadding()
        return max(1.0, lengths[cell.column()].rawValue() - taken) if cell.column() < len(lengths) else _MOST_WIDTH
    if document.textWidth() <= 0:
        return _MOST_WIDTH
    style, listed = block.blockFormat(), block.textList()
    levels = style.indent() + (listed.format().indent() if listed is not None else 0)
    taken = style.leftMargin() + style.rightMargin() + levels * document.indentWidth()
    return max(1.0, document.textWidth() - taken)


def pictures_of(document: QTextDocument) -> list[tuple[int, str]]:
    """The pictures of a document: where each stands, and its hash."""
    found: list[tuple[int, str]] = []
    if document.documentLayout().handlerForObject(_KIND) is None:
        return found
    cursor = document.find(OBJECT_CHARACTER)
    while not cursor.isNull():
        style = cursor.charFormat()
        if style.hasProperty(PICTURE):
            found.append((cursor.selectionStart(), style.stringProperty(PICTURE)))
        cursor = document.find(OBJECT_CHARACTER, cursor)
    return found


def draw_pictures_of(document: QTextDocument, theme: Theme, font: QFont) -> None:
    """Have the pictures of a document drawn, if they are not yet."""
    if document.documentLayout().handlerForObject(_KIND) is None:
        PictureObject(document, theme, font)
