"""Formulas within a text: one character each, drawn as a picture that stands on the line."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from desktop.views.documents import fixed_font
from desktop.views.theme import Theme
from desktop.views.transcript import formulas

FORMULA = QTextFormat.Property.UserProperty + 5
"""Character property: the LaTeX of a formula."""
MARKUP = QTextFormat.Property.UserProperty + 6
"""Character property: the mark that it began with."""
KIND = QTextFormat.ObjectTypes.UserObject + 1
OBJECT = "\ufffc"
"""The character that stands for a formula."""

_BOOST = 1.1
"""The formulas' letters are smaller than those of a screen font of the same size."""
_CLOSE = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}


def is_display(style: QTextFormat) -> bool:
    """Whether a formula is set in the style of one on a line of its own."""
    return style.stringProperty(MARKUP) in ("$$", "\\[")


def formula_source(style: QTextFormat) -> str:
    """The formula as Markdown."""
    markup = style.stringProperty(MARKUP)
    return f"{markup}{style.stringProperty(FORMULA)}{_CLOSE[markup]}"


class FormulaObject(QPyTextObject):
    """Measures and draws the formulas of one document.

    Args:
        document: It; owns this.
        theme: The colours.
        font: The font of ordinary text.
    """

    def __init__(self, document: QTextDocument, theme: Theme, font: QFont) -> None:
        super().__init__(document)
        self._theme = theme
        self._size = QFontInfo(font).pixelSize() * _BOOST
        self._fixed = fixed_font(font)
        metrics = QFontMetricsF(font)
        self._descents = metrics.descent() / max(0.1, font.pointSizeF())
        document.documentLayout().registerHandler(KIND, self)

    def fit(self, style: QTextCharFormat) -> None:
        """Give a formula's format the font whose depth below the line is the formula's."""
        known = formulas.rendered(style.stringProperty(FORMULA), is_display(style))
        depth = known.descent * self._size / formulas.BASE if known is not None else 3.0
        style.setFontPointSize(max(1.0, depth / self._descents))
        style.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)

    def fit_all(self, places: Iterable[QTextCursor]) -> tuple[bool, bool]:
        """Fit the formulas that have been rendered.

        Args:
            places: The formulas, each selected.

        Returns:
            Whether any changed, and whether some are still awaited.
        """
        changed = waits = False
        for cursor in places:
            style = cursor.charFormat()
            if not formulas.is_known(style.stringProperty(FORMULA), is_display(style)):
                waits = True
                continue
            before = style.fontPointSize()
            self.fit(style)
            if before != style.fontPointSize():
                cursor.setCharFormat(style)
                changed = True
        return changed, waits

    def width(self, style: QTextFormat) -> float:
        """How wide it is where there is room."""
        known = formulas.rendered(style.stringProperty(FORMULA), is_display(style))
        if known is not None:
            return known.width * self._size / formulas.BASE
        return self._source_size(style, 1e6).width()

    def _scale(self, style: QTextFormat, room: float) -> float:
        known = formulas.rendered(style.stringProperty(FORMULA), is_display(style))
        if known is None:
            return 1.0
        scale = self._size / formulas.BASE
        return scale * min(1.0, room / max(1.0, known.width * scale)) if room > 0 else scale

    def _source_size(self, style: QTextFormat, room: float) -> QSizeF:
        metrics = QFontMetricsF(self._fixed)
        flags = Qt.TextFlag.TextWrapAnywhere.value
        frame = QRectF(0, 0, room if room > 0 else 1e6, 1e6)
        text = formula_source(style)[: formulas.SOURCE_LIMIT]
        return metrics.boundingRect(frame, flags, text).size() + QSizeF(6, 2)

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        """Its size in a line of the document."""
        known = formulas.rendered(format.stringProperty(FORMULA), is_display(format))
        room = doc.textWidth() - 8
        if known is None:
            return self._source_size(format, room)
        return known.box(self._scale(format, room)).size()

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, posInDocument: int, format: QTextFormat
    ) -> None:
        """Draw it, or its source while there is nothing else."""
        colour = format.foreground().color()
        rect = QRectF(rect)
        known = formulas.rendered(format.stringProperty(FORMULA), is_display(format))
        if known is not None:
            known.renderer(colour).render(painter, rect)
            return
        painter.save()
        painter.setFont(self._fixed)
        painter.setPen(self._theme.muted)
        text = formula_source(format)[: formulas.SOURCE_LIMIT]
        painter.drawText(rect.translated(QPointF(3, 1)), Qt.TextFlag.TextWrapAnywhere.value, text)
        painter.restore()
