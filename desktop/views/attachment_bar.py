"""The row of chips above the editor: what goes with the message that is being written."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.engine.messages import Attachment
from desktop.views.accessible_list import set_role
from desktop.views.attachment_chip import AttachmentChip
from desktop.views.attachment_pictures import AttachmentPictures
from desktop.views.controls import label
from desktop.views.flow_layout import FlowLayout
from desktop.views.literal_text import one_line
from desktop.views.theme import SPACE

_ROWS = 3
"""Of chips that show at once; more are scrolled."""


class AttachmentBar(QWidget):
    """Shows the attachments of a draft, and why they cannot be sent. Hidden while there is nothing to show.

    Attributes:
        pictures: The small pictures.
        chips: In order.
        words: The line below: a problem of all together or of the text, or what is being read.
        text_problem: Why the text of the message cannot be sent; empty where it can.

    Signals:
        removed(str): The person wants an attachment away; its hash.
        text_wanted(str): The person wants a long paste as text; its hash.
        left(): The last chip went, or the focus is to go back to the editor.
        shown(): Other attachments are shown than before.
        changed(): Chips, problems or what is being read changed.
    """

    removed = Signal(str)
    text_wanted = Signal(str)
    left = Signal()
    shown = Signal()
    changed = Signal()

    def __init__(self, pictures: AttachmentPictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = pictures
        self.chips: list[AttachmentChip] = []
        self._problems: dict[str, str] = {}
        self._pasted: frozenset[str] = frozenset()
        self._problem = ""
        self.text_problem = ""
        self._reading = 0
        self._row = QWidget()
        set_role(self._row, QAccessible.Role.List)
        self._row.setAccessibleName("Attachments")
        self._rows = FlowLayout([], SPACE)
        self._row.setLayout(self._rows)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._row)
        self._scroll.viewport().setAutoFillBackground(False)
        self._row.setAutoFillBackground(False)
        self.words = label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self._scroll)
        column.addWidget(self.words)
        pictures.arrived.connect(self._draw_again)
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda _least, most: bar.setValue(most))  # the newest is in the last row
        self._settle()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What goes with the message, in order."""
        return tuple(chip.attachment for chip in self.chips)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is still being read, and all of it can be sent."""
        problem = self._problem or self.text_problem
        return not (self._reading or problem or any(chip.attachment.hash in self._problems for chip in self.chips))

    @property
    def why_not_ready(self) -> str:
        """Why the message cannot be sent; empty where it can."""
        if self._reading:
            return "What is attached is still being read."
        said = [*(f"{name}: {why}" for name, why in self._said()), self._problem, self.text_problem]
        return " ".join(filter(None, said))

    def show_attachments(self, attachments: Sequence[Attachment], pasted: frozenset[str] = frozenset()) -> None:
        """Show these.

        Args:
            attachments: In order.
            pasted: Hashes of long pastes that can be put back as text.
        """
        wanted = [one.hash for one in attachments]
        had_focus = next((place for place, chip in enumerate(self.chips) if self._has_focus(chip)), None)
        kept = {chip.attachment.hash: chip for chip in self.chips}
        for hash, chip in kept.items():
            if hash not in wanted or (hash in pasted) != (chip.keep_as_text is not None):
                chip.hide()
                chip.deleteLater()
        self.chips = [
            kept[one.hash]
            if one.hash in kept and (one.hash in pasted) == (kept[one.hash].keep_as_text is not None)
            else self._make(one, one.hash in pasted)
            for one in attachments
        ]
        self._rows.show_widgets([*self.chips])
        self._pasted = pasted
        if had_focus is not None and not any(self._has_focus(chip) for chip in self.chips):
            self._focus(had_focus)
        self._settle()
        self.shown.emit()

    def show_problems(self, problems: Mapping[str, str], problem: str = "") -> None:
        """Say why attachments cannot be sent.

        Args:
            problems: By hash, a sentence.
            problem: About all together; empty where there is none.
        """
        self._problems, self._problem = dict(problems), problem
        self._settle()

    def show_text_problem(self, words: str) -> None:
        """Say why the text of the message cannot be sent; empty where it can."""
        if words != self.text_problem:
            self.text_problem = words
            self._settle()

    def set_reading(self, count: int) -> None:
        """Show how many files are still being read."""
        self._reading = count
        self._settle()

    def _make(self, attachment: Attachment, is_pasted_text: bool) -> AttachmentChip:
        chip = AttachmentChip(attachment, self.pictures, self._row, is_pasted_text=is_pasted_text)
        chip.removed.connect(lambda: self.removed.emit(attachment.hash))
        chip.text_wanted.connect(lambda: self.text_wanted.emit(attachment.hash))
        chip.moved.connect(lambda step: self._focus(self.chips.index(chip) + step))
        return chip

    def _has_focus(self, chip: AttachmentChip) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and (focus is chip or chip.isAncestorOf(focus))

    def _focus(self, place: int) -> None:
        if not self.chips:
            self.left.emit()
            return
        chip = self.chips[max(0, min(place, len(self.chips) - 1))]
        chip.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.ensureWidgetVisible(chip)

    def _said(self) -> list[tuple[str, str]]:
        named = {chip.attachment.hash: one_line(chip.attachment.name, 40) for chip in self.chips}
        return [(named[hash], why) for hash, why in self._problems.items() if hash in named]

    def _settle(self) -> None:
        for chip in self.chips:
            chip.show_problem(self._problems.get(chip.attachment.hash, ""))
        said = self.why_not_ready if self.chips or self._reading else self.text_problem
        if self._reading:
            said = "Reading 1 file…" if self._reading == 1 else f"Reading {self._reading} files…"
        self.words.setText(said)
        self.words.setVisible(bool(said))
        self.words.setProperty("kind", "muted" if self._reading else "danger")
        self.words.style().unpolish(self.words)
        self.words.style().polish(self.words)
        self._scroll.setVisible(bool(self.chips))
        self._fit()
        self.setVisible(bool(self.chips) or bool(said))
        self.changed.emit()

    def _draw_again(self, hash: str) -> None:
        self._row.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the chips out in as many rows as they need."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        one = max((chip.sizeHint().height() for chip in self.chips), default=0)
        most = _ROWS * one + (_ROWS - 1) * SPACE
        self._scroll.setFixedHeight(min(self._rows.heightForWidth(max(1, self.width())), most))
        # The composer's layout looks at size hints alone, which know nothing of wrapped lines.
        room = QRect(0, 0, max(1, self.width()), 10_000)
        lines = self.words.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap.value, self.words.text())
        self.words.setFixedHeight(lines.height() + 2)
