"""Foreign text in a bounded, read-only field: plain, every character visible, the whole of it reachable."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextDocumentLayout, QPlainTextEdit, QSizePolicy, QWidget

from desktop.views.controls import larger
from desktop.views.documents import InertDocument, drawable, fixed_font
from desktop.views.literal_text import literal, with_bounded_lines
from desktop.views.theme import SPACE

_PIECE, _PIECE_LINES = 60_000, 3_000
"""Characters and lines put into the field at once; the rest follows when idle."""
INSET = 6
"""What its frame and margin move its text to the right by: 2 of the style sheet's, and the document's."""


class LiteralView(QPlainTextEdit):
    """A field of foreign text.

    Args:
        name: Its accessible name.
        most_lines: As tall as its text, up to so many lines; None leaves the height to the layout.
        is_fixed: Whether its font is of fixed pitch.
        is_heading: Whether its font is larger and semi-bold.
        wraps: Whether long lines go on in the next; they are scrolled otherwise.
        parent: The parent widget.

    Signals:
        completed(): The rest of a long text is in the field.
    """

    completed = Signal()

    def __init__(
        self,
        name: str,
        *,
        most_lines: int | None = None,
        is_fixed: bool = False,
        is_heading: bool = False,
        wraps: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._raw = ""
        self._shown = ""
        self._put = 0
        self._most_lines = most_lines
        document = InertDocument(self)
        document.setDocumentLayout(QPlainTextDocumentLayout(document))
        document.setDocumentMargin(SPACE // 2)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        wrap = QTextOption.WrapMode
        option.setWrapMode(wrap.WrapAtWordBoundaryOrAnywhere if wraps else wrap.NoWrap)
        document.setDefaultTextOption(option)
        self.setDocument(document)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth if wraps else QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(option.wrapMode())
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        if is_fixed:
            self.setFont(fixed_font(self.font(), 0.96))
        elif is_heading:
            self.setFont(larger(self.font(), 1.15, bold=True))
        if most_lines is not None and not wraps:
            self.horizontalScrollBar().rangeChanged.connect(lambda _least, _most: self._fit())
        if most_lines is not None:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._add_rest)

    @property
    def raw_text(self) -> str:
        """The text as it came."""
        return self._raw

    def show_text(self, text: str) -> None:
        """Show a text.

        Args:
            text: Anything, of any length; control, bidirectional and invisible characters are written out.
        """
        self._raw = text
        self._shown = with_bounded_lines(drawable(literal(text, lines=True)))
        self._put = 0
        self.setPlainText(self._next_piece())
        self._fit()

    @property
    def is_complete(self) -> bool:
        """Whether all of the text is in the field; a long one comes in pieces."""
        return self._put == len(self._shown)

    def _next_piece(self) -> str:
        end = min(self._put + _PIECE, len(self._shown))
        at = self._put
        for _ in range(_PIECE_LINES):
            at = self._shown.find("\n", at, end) + 1
            if not at:
                break
        else:
            end = at
        piece, self._put = self._shown[self._put : end], end
        if not self.is_complete:
            self._rest.start()
        return piece

    def _add_rest(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(self._next_piece())
        if self.is_complete:
            self.completed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as tall as the text is in the new width."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _fit(self) -> None:
        if self._most_lines is None:
            return
        line = QFontMetricsF(self.font()).lineSpacing()
        most = line * self._most_lines
        needed = 0.0
        block = self.document().begin()
        while block.isValid() and needed <= most:
            needed += max(line, self.blockBoundingRect(block).height())
            block = block.next()
        bar = self.horizontalScrollBar()
        room = bar.sizeHint().height() if bar.maximum() else 0
        height = min(needed, most) + SPACE + 4 + room
        self.setFixedHeight(int(height + 0.999))
