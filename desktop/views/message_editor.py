"""The editor of the composer."""

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QImage, QInputMethodEvent, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

_SHIFTS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier
"""With one of these, Enter breaks the line."""


def local_files(source: QMimeData) -> list[str]:
    """The paths of files on this machine that are pasted or dropped; empty where there are none."""
    return [url.toLocalFile() for url in source.urls() if url.isLocalFile()] if source.hasUrls() else []


class MessageEditor(QPlainTextEdit):
    """Plain text that grows with its lines. Enter submits; Shift+Enter breaks the line.

    Attributes:
        most_height: The height it grows to, in device-independent pixels; beyond it scrolls.

        most_characters: A longer paste is told and not inserted.
        most_lines: The same for lines.

    Signals:
        enter_pressed(): Enter, outside an input method's composition.
        files_given(list): Files were pasted or dropped; their paths.
        picture_given(QImage): A picture was pasted or dropped.
        long_text_given(str): A long text was pasted or dropped.
        long_text_undone(): Undo, right after a long text was given.
        up_in_empty(): Up, where nothing is written.
    """

    enter_pressed = Signal()
    files_given = Signal(list)
    picture_given = Signal(QImage)
    long_text_given = Signal(str)
    long_text_undone = Signal()
    up_in_empty = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.most_height = 240
        self.most_characters, self.most_lines = 4_000, 100
        self._given_at = -1  # the document's revision when a long text was given
        self._composing = False
        self._is_shown_late = False
        self.setAccessibleName("Message")
        self.setPlaceholderText("Write a message")
        self.setTabChangesFocus(True)
        self.setProperty("kind", "bare")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # each paragraph's own
        self.document().setDefaultTextOption(option)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as its lines, between one and the most."""
        return QSize(super().sizeHint().width(), min(self._height_of(self._lines()), self._most()))

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(120, self._height_of(1))

    def set_most_height(self, height: int) -> None:
        """Set the height it grows to, in device-independent pixels."""
        self.most_height = height
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Submit on Enter; put a long paste back as text on the Undo that follows it."""
        if event.matches(QKeySequence.StandardKey.Undo) and self._given_at == self.document().revision():
            event.accept()
            self._given_at = -1
            self.long_text_undone.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & _SHIFTS:
            event.accept()
            if not self._composing and not event.isAutoRepeat():
                self.enter_pressed.emit()
            return
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_Up and plain and self.document().isEmpty() and not self._composing:
            event.accept()
            self.up_in_empty.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method composes: its Enter is not ours."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take files, pictures and text."""
        return source.hasText() or source.hasImage() or bool(local_files(source))

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text; tell of files, of a picture, and of a text that is too long to be read here."""
        if files := local_files(source):
            self.files_given.emit(files)
        elif source.hasImage() and not source.hasText():
            self.picture_given.emit(QImage(source.imageData()))
        elif len(text := source.text()) > self.most_characters or text.count("\n") >= self.most_lines:
            self._given_at = self.document().revision()
            self.long_text_given.emit(text)
        else:
            self.insert(text)

    def insert(self, text: str) -> None:
        """Insert a text at the caret, and show where it ends."""
        self.insertPlainText(text)
        self._is_shown_late = True
        self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the caret once the editor has grown with what was inserted."""
        super().resizeEvent(event)
        if self._is_shown_late:
            self._is_shown_late = False
            self.ensureCursorVisible()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, each paragraph from the side where its script begins."""
        block, bottom = self.firstVisibleBlock(), self.viewport().height()
        while block.isValid() and block.isVisible():
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if area.top() > bottom:
                break
            layout = block.layout()
            option = layout.textOption()
            is_right = block.textDirection() == Qt.LayoutDirection.RightToLeft
            # WORKAROUND(qt): the layout of plain text lays every line out at the left, whatever its direction.
            side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
            if option.alignment() != side:
                option.setAlignment(side)
                layout.setTextOption(option)
            block = block.next()
        super().paintEvent(event)

    def _fit(self) -> None:
        overflows = self._height_of(self._lines()) > self._most()
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if overflows else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.updateGeometry()

    def _lines(self) -> int:
        # A plain text document's height is counted in lines, not in pixels.
        return max(1, round(self.document().size().height()))

    def _most(self) -> int:
        return max(self.most_height, self._height_of(1))

    def _height_of(self, lines: int) -> int:
        return lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2
