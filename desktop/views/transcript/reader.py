"""One message in a window of its own, to be read character by character with a caret or a screen reader."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QFont, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from desktop.engine.messages import Message
from desktop.views.controls import larger
from desktop.views.documents import plain_document
from desktop.views.message_details import details_text
from desktop.views.theme import SPACE, current_theme


class _Page(QTextBrowser):
    """Loads nothing and follows nothing, whatever its text names."""

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        """Nothing, ever."""

    def doSetSource(self, url: QUrl | str, kind: object = None) -> None:
        """Stay where it is."""


class Reader(QDialog):
    """Shows one message.

    Args:
        message: The message.
        text: What the transcript shows of it, as plain text.
        font: Of the text.
        parent: The transcript.
    """

    def __init__(self, message: Message, text: str, font: QFont, parent: QWidget) -> None:
        super().__init__(parent)
        speaker = "You" if message.role == "user" else "Assistant"
        self.setWindowTitle(f"{speaker} · {details_text(message).partition(' · ')[0]}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = _Page()
        self.page.setAccessibleName(f"{speaker}, message")
        document = plain_document(text, current_theme(), larger(font, 1.15))
        document.setParent(self.page)
        document.setDocumentMargin(3 * SPACE)
        self.page.setDocument(document)
        self.page.setOpenLinks(False)
        self.page.setUndoRedoEnabled(False)
        self.page.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        self.page.setCursorWidth(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        self.resize(760, 640)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        self.page.setFocus()
