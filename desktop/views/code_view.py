"""A fenced block in a message: its language, a copy button, and the code, which scrolls sideways."""

import heapq

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextDocumentLayout, QPlainTextEdit, QTextEdit, QWidget

from desktop.views.code_highlight import Highlighter
from desktop.views.controls import label
from desktop.views.copy_button import CopyButton, compact
from desktop.views.documents import InertDocument, drawable, fixed_font
from desktop.views.segments import Code
from desktop.views.theme import SPACE, Theme

_HEADER = 4 * SPACE
_LIVE_HIGHLIGHT_LIMIT = 6_000
"""Characters up to which code that still grows is coloured at each step."""


class CodeView(QWidget):
    """One code segment. The mouse is the message's, so that a selection can begin and end anywhere.

    Args:
        segment: The code.
        theme: The colours.
        font: The font of the prose around it.
        parent: The message.

    Attributes:
        segment: What it shows.
    """

    def __init__(self, segment: Code, theme: Theme, font: QFont, parent: QWidget) -> None:
        super().__init__(parent)
        self.segment = segment
        self._theme = theme
        self._highlighter: Highlighter | None = None
        self._language = label(segment.language, "muted")
        self._language.setParent(self)
        self._copy = CopyButton(lambda: self.segment.text, "Copy code", self)
        self._editor = QPlainTextEdit(self)
        document = InertDocument(self._editor)
        document.setDocumentLayout(QPlainTextDocumentLayout(document))
        document.setDocumentMargin(0)
        self._editor.setDocument(document)
        self._editor.setAccessibleName(f"Code, {segment.language}" if segment.language else "Code")
        self._editor.setReadOnly(True)
        self._editor.setUndoRedoEnabled(False)
        self._editor.setFrameShape(QFrame.Shape.NoFrame)
        self._editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._editor.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._editor.setFont(fixed_font(font))
        self._editor.viewport().setAutoFillBackground(False)
        self._editor.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._shown = ""
        self._text_width = self._text_height = 0.0
        self.show_segment(segment)

    @property
    def area(self) -> QRect:
        """Where it stands in its message."""
        return self.geometry()

    def ideal_width(self) -> int:
        """The width of its longest line, with what stands around it."""
        return int(self._text_width) + 4 * SPACE

    @property
    def length(self) -> int:
        """Characters that can be selected."""
        return self._editor.document().characterCount() - 1

    def set_focus_policy(self, policy: Qt.FocusPolicy) -> None:
        """Say whether Tab stops here."""
        self._copy.setFocusPolicy(policy)
        self._editor.setFocusPolicy(policy)

    def show_segment(self, segment: Code) -> None:
        """Show the code as it is now; what is already shown stays."""
        self.segment = segment
        text = drawable(segment.text)
        if segment.language != self._language.text():
            self._language.setText(segment.language)
        if text.startswith(self._shown) and self._shown:
            cursor = QTextCursor(self._editor.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(self._shown) :])
        elif text != self._shown:
            self._editor.setPlainText(text)
        self._shown = text
        self._measure()
        if segment.closed or len(text) <= _LIVE_HIGHLIGHT_LIMIT:
            self._highlighter = Highlighter(self._editor.document(), segment.language, self._theme.pygments_style)
            if len(text) <= _LIVE_HIGHLIGHT_LIMIT:
                self.highlight(8)

    def _measure(self) -> None:
        metrics = QFontMetricsF(self._editor.font())
        longest = heapq.nlargest(5, self._shown.split("\n"), key=len)
        self._text_width = max(metrics.horizontalAdvance(line[:4000]) for line in longest)
        if self._shown.isascii():
            self._text_height = self._editor.blockCount() * metrics.lineSpacing()
            return
        # Lines in fonts that stand in for this one may be taller.
        self._text_height = 0.0
        block = self._editor.document().begin()
        while block.isValid():
            self._text_height += self._editor.blockBoundingRect(block).height()
            block = block.next()

    def highlight(self, budget_ms: float) -> bool:
        """Colour on for about so many milliseconds.

        Returns:
            Whether all is coloured.
        """
        if self._highlighter is not None and self._highlighter.work(budget_ms):
            self._highlighter = None
        return self._highlighter is None

    def lay_out(self, left: int, top: int, width: int) -> int:
        """Place it.

        Returns:
            Its height.
        """
        # 4 is the style sheet's frame, which shows the focus.
        inner = width - 3 * SPACE
        bar = self._editor.horizontalScrollBar().sizeHint().height() if self._text_width + 4 > inner else 0
        editor_height = int(self._text_height + 0.999) + 4 + bar
        height = _HEADER + editor_height + SPACE
        self.setGeometry(left, top, width, height)
        compact(self._copy, _HEADER - 4)
        self._copy.move(width - _HEADER - 2, 2)
        self._language.setGeometry(SPACE * 3 // 2 + 2, 0, width - 6 * SPACE, _HEADER)
        self._editor.setGeometry(SPACE * 3 // 2, _HEADER, inner, editor_height)
        return height

    def position_at(self, point: QPoint) -> int:
        """The text position nearest to a point of the message."""
        inside = point - self.pos() - self._editor.pos() - self._editor.viewport().pos()
        return self._editor.cursorForPosition(inside).position()

    def word_at(self, point: QPoint) -> tuple[int, int]:
        """Positions of the word at a point of the message."""
        cursor = self._editor.cursorForPosition(point - self.pos() - self._editor.pos() - self._editor.viewport().pos())
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def show_selection(self, selection: tuple[int, int] | None) -> None:
        """Mark a part as selected."""
        marks: list[QTextEdit.ExtraSelection] = []
        if selection is not None and selection[0] != selection[1]:
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self._editor.document())
            cursor.setPosition(selection[0])
            cursor.setPosition(min(selection[1], self.length), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            mark.format.setBackground(self._theme.selection)
            marks.append(mark)
        self._editor.setExtraSelections(marks)

    def scroll_sideways(self, pixels: int) -> None:
        """Move the code by so many pixels; positive shows what is further left."""
        bar = self._editor.horizontalScrollBar()
        bar.setValue(bar.value() - pixels)

    def markdown(self, start: int, end: int) -> str:
        """The selected code; with its fence where all of it is meant."""
        if start <= 0 and end >= self.length:
            fence = "```" if "```" not in self.segment.text else "~~~~"
            return f"{fence}{self.segment.language}\n{self.segment.text}\n{fence}"
        return self.code(start, end)

    def code(self, start: int, end: int) -> str:
        """The selected code alone."""
        cursor = QTextCursor(self._editor.document())
        cursor.setPosition(start)
        cursor.setPosition(min(end, self.length), QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText().replace("\u2029", "\n")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the surface behind the code."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.surface)
            painter.drawRoundedRect(self.rect(), SPACE, SPACE)
        finally:
            painter.end()
