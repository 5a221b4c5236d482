"""A field in which foreign text is edited: raw, as tall as its text, and lossless where nothing was typed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit, QSizePolicy, QWidget

from desktop.views.documents import InertDocument, drawable, fixed_font
from desktop.views.theme import SPACE

_MOST_CHARACTERS, _MOST_OF_A_LINE = 100_000, 5_000
"""More is not edited here: a text layout would hold the window up at each key."""
_MOST_LINES = 10


def is_editable(text: str) -> bool:
    """Whether a text is short enough to be edited."""
    return len(text) <= _MOST_CHARACTERS and max(map(len, text.split("\n"))) <= _MOST_OF_A_LINE


class EditText(QPlainTextEdit):
    """A field of several lines. Tab leaves it; Enter begins a line and nothing else.

    Args:
        name: Its accessible name.
        is_fixed: Whether its font is of fixed pitch.
        parent: The parent widget.

    Signals:
        edited(): The text is another.
    """

    edited = Signal()

    def __init__(self, name: str, *, is_fixed: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = ""
        self._put = ""
        self._breaks = "\n"
        document = InertDocument(self)
        document.setDocumentLayout(QPlainTextDocumentLayout(document))
        document.setDocumentMargin(SPACE // 2)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        self.setDocument(document)
        self.setWordWrapMode(option.wrapMode())
        self.setProperty("kind", "field")
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if is_fixed:
            self.setFont(fixed_font(self.font(), 0.96))
        self.textChanged.connect(self._changed)
        self._fit()

    def set_text(self, text: str) -> None:
        """Put a text in.

        Args:
            text: Anything `is_editable`. Line breaks of two characters come back as such; what a field cannot hold
                (NUL, a lone surrogate) is shown as U+FFFD and kept as long as nothing is typed.
        """
        self._given = text
        is_crlf = "\r\n" in text and "\r" not in text.replace("\r\n", "") and "\n" not in text.replace("\r\n", "")
        self._breaks = "\r\n" if is_crlf else "\n"
        body = text.replace("\r\n", "\n") if is_crlf else text.replace("\r", "\ufffd")
        self.blockSignals(True)
        self.setPlainText(drawable(body.replace("\u2029", "\ufffd")))
        self.blockSignals(False)
        self._put = self._raw()
        self._fit()

    @property
    def text(self) -> str:
        """The text: the very one that was put in where it is unchanged."""
        return self._raw().replace("\n", self._breaks) if self.is_changed else self._given

    @property
    def is_changed(self) -> bool:
        """Whether the text is another than the one that was put in."""
        return self._raw() != self._put

    @property
    def is_lossy(self) -> bool:
        """Whether the text that was put in holds what a field cannot, so that typing loses it."""
        return self._put.replace("\n", self._breaks) != self._given

    def _raw(self) -> str:
        # Not toPlainText: that makes spaces of no-break spaces, and line feeds of line separators.
        return self.document().toRawText().replace("\u2029", "\n")

    def _changed(self) -> None:
        self._fit()
        self.edited.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as tall as the text is in the new width."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _fit(self) -> None:
        line = QFontMetricsF(self.font()).lineSpacing()
        needed = 0.0
        block = self.document().begin()
        while block.isValid() and needed <= line * _MOST_LINES:
            needed += max(line, self.blockBoundingRect(block).height())
            block = block.next()
        height = int(min(needed, line * _MOST_LINES) + SPACE + 8 + 0.999)
        if height != self.height():
            self.setFixedHeight(height)
