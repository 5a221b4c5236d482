"""A chip of the composer: one attachment, which can be taken away."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.engine.attachments import details_in_words
from desktop.engine.messages import Attachment
from desktop.views.accessible_list import set_role
from desktop.views.attachment_chips import chip_name, chip_size, draw_chip
from desktop.views.attachment_pictures import AttachmentPictures
from desktop.views.controls import Button, set_tool_tip
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE, current_theme

_BUTTON = 24


class AttachmentChip(QWidget):
    """Shows an attachment of the draft. Delete or Backspace takes it away, as its button does.

    Args:
        attachment: What it shows.
        pictures: The small pictures.
        parent: The bar.
        is_pasted_text: Whether it is a long paste, which can be put back as text.

    Attributes:
        attachment: What it shows.
        remove: The button that takes it away.
        keep_as_text: The button that puts a long paste back as text; None for all else.

    Signals:
        removed(): The person wants it away.
        text_wanted(): The person wants a long paste as text.
        moved(int): The person wants the focus on a neighbour: -1 or 1.
    """

    removed = Signal()
    text_wanted = Signal()
    moved = Signal(int)

    def __init__(
        self, attachment: Attachment, pictures: AttachmentPictures, parent: QWidget, *, is_pasted_text: bool = False
    ) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.ListItem)
        self.attachment = attachment
        self._pictures = pictures
        self._problem = ""
        name = chip_name(attachment)
        self.setAccessibleName(f"{name}, {details_in_words(attachment)}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.remove = Button(
            icon_name="cross", kind="quiet", name=f"Remove {one_line(attachment.name, 60)}", parent=self
        )
        self.remove.setIconSize(QSize(14, 14))
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # with the keyboard, Delete on the chip does it
        self.remove.clicked.connect(self.removed)
        self.keep_as_text: Button | None = None
        if is_pasted_text:
            self.keep_as_text = Button("Keep as text", kind="quiet", parent=self)
            self.keep_as_text.clicked.connect(self.text_wanted)
        self.show_problem("")

    def show_problem(self, problem: str) -> None:
        """Say why it cannot be sent; empty where it can."""
        self._problem = problem
        lines = (chip_name(self.attachment), details_in_words(self.attachment), self.attachment.note, problem)
        set_tool_tip(self, "\n".join(line for line in lines if line))
        self.setAccessibleDescription(problem or self.attachment.note)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words, and the buttons."""
        size = chip_size(self.attachment, self.font(), extra=self._extra())
        return size + QSize(self._keep_width(), 0)

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the buttons at the right."""
        super().resizeEvent(event)
        top = (self.height() - _BUTTON) // 2
        self.remove.setGeometry(self.width() - _BUTTON - 4, top, _BUTTON, _BUTTON)
        if self.keep_as_text is not None:
            width = self._keep_width() - SPACE // 2
            self.keep_as_text.setGeometry(self.width() - _BUTTON - 4 - width, top, width, _BUTTON)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take it away, or go to a neighbour."""
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removed.emit()
            case Qt.Key.Key_Left:
                self.moved.emit(-1)
            case Qt.Key.Key_Right:
                self.moved.emit(1)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chip."""
        painter = QPainter(self)
        try:
            draw_chip(
                painter,
                self.rect(),
                self.attachment,
                self._pictures,
                current_theme(),
                self.font(),
                self.devicePixelRatioF(),
                extra=self._extra() + self._keep_width(),
                focused=self.hasFocus(),
                problem=self._problem,
                note=self.attachment.note,
            )
        finally:
            painter.end()

    def _extra(self) -> int:
        return _BUTTON + 4

    def _keep_width(self) -> int:
        return self.keep_as_text.sizeHint().width() + SPACE if self.keep_as_text is not None else 0
