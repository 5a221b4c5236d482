"""Attachments drawn as chips: a small picture, the name, kind and size. For the composer and for the transcript.

Pure geometry and drawing, without a widget: a canvas that paints itself calls ``place_chips`` when it lays out and
``draw_chips`` when it paints.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen

from desktop.engine.attachments import details_in_words
from desktop.engine.messages import Attachment
from desktop.views.attachment_pictures import AttachmentPictures
from desktop.views.controls import larger
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, Theme

WIDEST = 280
_NARROWEST = 140
_PICTURE = 40
_PAD = SPACE - 2
_GAP = SPACE
_RADIUS = 8


def chip_name(attachment: Attachment) -> str:
    """The name as it is shown and told: in one line, every character visible."""
    return one_line(attachment.name, 120)


def chips_in_words(attachments: Sequence[Attachment]) -> str:
    """Attachments for an accessible name: "Attached: plan.pdf (PDF, 3 pages, 1.2 MB)"; empty where there are none."""
    named = ", ".join(f"{chip_name(one)} ({details_in_words(one)})" for one in attachments)
    return f"Attached: {named}" if named else ""


def chip_size(attachment: Attachment, font: QFont, *, extra: int = 0) -> QSize:
    """How large a chip is.

    Args:
        attachment: What it shows.
        font: The font of ordinary text.
        extra: Width kept free at its right end.
    """
    name = QFontMetrics(_name_font(font)).horizontalAdvance(chip_name(attachment))
    line = QFontMetrics(_line_font(font)).horizontalAdvance(details_in_words(attachment))
    words = max(name, line) + _PICTURE + 2 * _PAD + SPACE
    return QSize(min(WIDEST, max(_NARROWEST, words + extra + 2)), _height(font))


def _height(font: QFont) -> int:
    lines = QFontMetrics(_name_font(font)).height() + QFontMetrics(_line_font(font)).height()
    return max(_PICTURE, lines) + 2 * _PAD


def place_chips(
    attachments: Sequence[Attachment], font: QFont, width: int, *, align_right: bool = False
) -> list[QRect]:
    """Where chips go: in rows from the top left, or each row at the right.

    Args:
        attachments: In order.
        font: The font of ordinary text.
        width: Room for a row.
        align_right: Whether rows end at the right edge.

    Returns:
        A place for each; the last one's bottom is the height of all.
    """
    places: list[QRect] = []
    row: list[QRect] = []
    x = y = 0

    def end_row() -> None:
        move = width - (row[-1].right() + 1) if align_right and row else 0
        places.extend(one.translated(move, 0) for one in row)
        row.clear()

    for one in attachments:
        size = chip_size(one, font)
        size.setWidth(min(size.width(), width))
        if x and x + size.width() > width:
            end_row()
            x, y = 0, y + size.height() + _GAP
        row.append(QRect(QPoint(x, y), size))
        x += size.width() + _GAP
    end_row()
    return places


def draw_chips(
    painter: QPainter,
    places: Sequence[QRect],
    attachments: Sequence[Attachment],
    pictures: AttachmentPictures,
    theme: Theme,
    font: QFont,
    scale: float,
) -> None:
    """Draw chips at their places.

    Args:
        painter: In device-independent pixels.
        places: As ``place_chips`` made them, moved to where they stand.
        attachments: The same, in order.
        pictures: The small pictures; one that is missing is asked for.
        theme: The colours.
        font: The font of ordinary text.
        scale: The device pixel ratio.
    """
    for place, one in zip(places, attachments, strict=True):
        draw_chip(painter, place, one, pictures, theme, font, scale)


def draw_chip(
    painter: QPainter,
    place: QRect,
    attachment: Attachment,
    pictures: AttachmentPictures,
    theme: Theme,
    font: QFont,
    scale: float,
    *,
    extra: int = 0,
    focused: bool = False,
    problem: str = "",
    note: str = "",
) -> None:
    """Draw one chip.

    Args:
        painter: In device-independent pixels.
        place: Where.
        attachment: What it shows.
        pictures: The small pictures.
        theme: The colours.
        font: The font of ordinary text.
        scale: The device pixel ratio.
        extra: Width kept free at its right end.
        focused: Whether it has the focus.
        problem: Stands in the second line, in the colour of danger.
        note: Stands in the second line where there is no problem.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    edge = theme.accent if focused else theme.danger if problem else theme.border
    width = 2 if focused else 1
    painter.setPen(QPen(edge, width))
    painter.setBrush(theme.surface)
    inset = width / 2
    painter.drawRoundedRect(QRectF(place).adjusted(inset, inset, -inset, -inset), _RADIUS, _RADIUS)
    square = QRect(place.left() + _PAD, place.center().y() - _PICTURE // 2 + 1, _PICTURE, _PICTURE)
    _draw_picture(painter, square, attachment, pictures, theme, scale)
    left = square.right() + 1 + SPACE
    room = place.right() - _PAD - extra - left
    name_font, line_font = _name_font(font), _line_font(font)
    names, lines = QFontMetrics(name_font), QFontMetrics(line_font)
    top = place.top() + (place.height() - names.height() - lines.height()) // 2
    painter.setFont(name_font)
    painter.setPen(theme.text)
    name = names.elidedText(chip_name(attachment), Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(QRect(left, top, room, names.height()), Qt.AlignmentFlag.AlignVCenter, name)
    painter.setFont(line_font)
    painter.setPen(theme.danger if problem else theme.muted)
    line = lines.elidedText(problem or note or details_in_words(attachment), Qt.TextElideMode.ElideRight, room)
    line_place = QRect(left, top + names.height(), room, lines.height())
    painter.drawText(line_place, Qt.AlignmentFlag.AlignVCenter, line)
    painter.restore()


def _draw_picture(
    painter: QPainter,
    square: QRect,
    attachment: Attachment,
    pictures: AttachmentPictures,
    theme: Theme,
    scale: float,
) -> None:
    clip = QPainterPath()
    clip.addRoundedRect(QRectF(square), 5, 5)
    image = pictures.get(attachment.hash) if attachment.is_picture else None
    if image is None:
        painter.fillPath(clip, theme.raised)
        icon = "image" if attachment.is_picture else "document"
        middle = square.center() - QPoint(11, 11)
        painter.drawPixmap(middle, icon_pixmap(icon, theme.muted, 24, scale))
        return
    painter.save()
    painter.setClipPath(clip)
    side = min(image.width(), image.height())  # the middle of it, so that it fills the square
    source = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    painter.drawImage(square, image, source)
    painter.restore()


def _name_font(font: QFont) -> QFont:
    return larger(font, 0.96)


def _line_font(font: QFont) -> QFont:
    return larger(font, 0.86)
