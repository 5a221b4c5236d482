"""One message, or a text, in a window of its own, to be read character by character with a caret or a screen reader."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QFont, QKeySequence, QShortcut, QTextBlockFormat, QTextCursor, QTextFormat, QTextListFormat
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from desktop.engine.messages import Message
from desktop.views.controls import fit_screen, larger
from desktop.views.documents import InertDocument, drawable, fixed_font, plain_document
from desktop.views.literal_text import literal
from desktop.views.message_details import details_text
from desktop.views.theme import SPACE, current_theme
from desktop.views.transcript.block_marks import BULLET, RULE, TASK
from desktop.views.transcript.definitions import numbers
from desktop.views.transcript.formula_object import FORMULA, OBJECT, formula_source
from desktop.views.transcript.prose_builder import ProseBuilder
from desktop.views.transcript.prose_source import tokens_of
from desktop.views.transcript.segment import Look, Surroundings

_SCALE = 1.15
_MOST_FORMATTED = 200_000
"""Characters; a longer message is shown as its source, as reading that much at once would take seconds."""
_MOST_PLAIN = 200_000
_PREFERRED, _LEAST = QSize(760, 640), QSize(320, 240)
_BULLETS = QTextListFormat.Style.ListDisc


class _Page(QTextBrowser):
    """Loads nothing and follows nothing, whatever its text names."""

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        """Nothing, ever."""

    def doSetSource(self, url: QUrl | str, kind: object = None) -> None:
        """Stay where it is."""


class Reader(QDialog):
    """Shows a document.

    Args:
        title: Of the window.
        name: The accessible name of the text.
        document: What is read.
        parent: The window it belongs to.

    Attributes:
        page: The text.
    """

    def __init__(self, title: str, name: str, document: InertDocument, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = _Page()
        self.page.setAccessibleName(name)
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
        fit_screen(self, _PREFERRED, _LEAST)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        self.page.setFocus()


def message_reader(message: Message, around: Surroundings, look: Look, parent: QWidget) -> Reader:
    """A reader of a message: formatted where it is Markdown.

    Args:
        message: The message.
        around: What its text refers to.
        look: How the transcript draws it.
        parent: The transcript.
    """
    speaker = "You" if message.role == "user" else "Assistant"
    title = f"{speaker} · {details_text(message).partition(' · ')[0]}"
    nearer = Look(look.theme, larger(look.font, _SCALE), look.scale)
    document = None if message.role == "user" else formatted(message.text, around, nearer)
    if document is None:
        document = plain_document(message.text, nearer.theme, nearer.font)
    return Reader(title, f"{speaker}, message", document, parent)


def text_reader(name: str, text: str, font: QFont, parent: QWidget) -> Reader:
    """A reader of a text file, as it is.

    Args:
        name: The file's, as it is shown.
        text: What is in it.
        font: Of ordinary text.
        parent: The window.
    """
    left = len(text) - _MOST_PLAIN
    if left > 0:
        text = f"{text[:_MOST_PLAIN]}\n\n… {left:,} characters more. Save the file to read all of it."
    document = plain_document(literal(text, lines=True), current_theme(), fixed_font(font))
    return Reader(name, name, document, parent)


def formatted(text: str, around: Surroundings, look: Look) -> InertDocument | None:
    """A document of Markdown, every character of which can be read.

    Args:
        text: The Markdown.
        around: What it refers to; pictures are shown as their names.
        look: How it is drawn.

    Returns:
        None where it is too long or nested too deep.
    """
    if len(text) > _MOST_FORMATTED:
        return None
    tokens = tokens_of(drawable(text.replace("\r\n", "\n").replace("\r", "\n")), around.definitions)
    if tokens is None:
        return None
    bare = Surroundings(around.evidence, around.definitions)
    builder = ProseBuilder(look, bare)
    builder.number_notes(numbers(around.definitions))
    builder.build(tokens)
    _write_formulas(builder.document, fixed_font(look.font))
    _show_marks(builder.document, look)
    return builder.document


def _write_formulas(document: InertDocument, font: QFont) -> None:
    """Have the source of each formula in place of its picture: a caret goes through that."""
    cursor = document.find(OBJECT)
    while not cursor.isNull():
        style = cursor.charFormat()
        source = formula_source(style) if style.hasProperty(FORMULA) else ""
        style.clearProperty(QTextFormat.Property.ObjectType.value)
        style.setFont(font)
        style.setVerticalAlignment(style.VerticalAlignment.AlignNormal)
        cursor.insertText(source, style)
        cursor = document.find(OBJECT, cursor)


def _show_marks(document: InertDocument, look: Look) -> None:
    """Have Qt draw what the transcript draws beside its documents: bullets, boxes and rules."""
    block = document.begin()
    while block.isValid():
        style = block.blockFormat()
        listed = block.textList()
        if listed is not None and (style.hasProperty(BULLET) or style.hasProperty(TASK)):
            shape = listed.format()
            shape.setStyle(_BULLETS)
            listed.setFormat(shape)
        if style.hasProperty(TASK):
            marker = QTextBlockFormat.MarkerType
            style.setMarker(marker.Checked if style.boolProperty(TASK) else marker.Unchecked)
            QTextCursor(block).setBlockFormat(style)
        if style.hasProperty(RULE):
            style.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth.value, look.font.pointSizeF())
            QTextCursor(block).setBlockFormat(style)
        block = block.next()
