"""The content of one message, laid out and drawn; what the person does with it is `message_view`'s."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.engine.messages import Message
from desktop.views.accessible_list import set_role
from desktop.views.attachment_chips import chips_in_words, draw_chips, place_chips
from desktop.views.attachment_pictures import shared_pictures
from desktop.views.code_view import CodeView
from desktop.views.controls import larger
from desktop.views.icons import icon_pixmap
from desktop.views.message_blocks import Block, MessageBlocks
from desktop.views.message_details import details_text, is_stopped, stop_mark
from desktop.views.message_footer import HEIGHT as FOOTER
from desktop.views.message_selection import Place, Selection
from desktop.views.prose_block import ProseBlock
from desktop.views.theme import SPACE, current_theme

GUTTER = 2 * SPACE
"""Room left and right of the text, for the mark of the focus."""

_MARK = 3 * SPACE
_PAD = SPACE * 3 // 2
_BUBBLE_SHARE = 0.85
_MOST_LIVE = 20_000
"""Characters of a message in its name while it is being written; all of them once it is whole."""


class MessageCanvas(QWidget):
    """A message's blocks and marks.

    Args:
        message: What it shows.
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        parent: The transcript's column.
    """

    def __init__(self, message: Message, evidence: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.ListItem)  # first: a change of the name makes the interface
        self._message = message
        self._is_live = False
        self._is_user = message.role == "user"
        self._theme = current_theme()
        self._blocks = MessageBlocks(self, self._theme, larger(self.font(), 1.08), markdown=not self._is_user)
        self._selection: Selection | None = None
        self._link: tuple[int, int, int] | None = None
        self._bubble = QRect()
        self._chips: list[QRect] = []
        if message.attachments:
            shared_pictures().arrived.connect(self._draw_again)
        self.show_message(message, evidence)

    @property
    def message(self) -> Message:
        """What it shows."""
        return self._message

    @property
    def blocks(self) -> Sequence[Block]:
        """Its blocks, from the top."""
        return self._blocks.items

    def show_message(self, message: Message, evidence: Sequence[str], *, growing: bool = False) -> None:
        """Show a message, or the same one with more text. Call ``lay_out`` afterwards.

        Args:
            message: What it shows from now on.
            evidence: Call ids that ``[1]``, ``[2]`` … lead to.
            growing: Whether it is being written.
        """
        self._message = message
        self._is_live = growing
        self._blocks.show_text(message.text, evidence, growing=growing)
        if not growing:
            self.select(None)
            attached = chips_in_words(message.attachments)
            self._name(f"{message.text} {attached}".strip() if attached else message.text)
            self.setAccessibleDescription(details_text(message))
        self.update()

    def name_live_text(self) -> None:
        """Put what has been written so far into the accessible name. Not for every token."""
        text = self._message.text
        self._name(text if len(text) <= _MOST_LIVE else f"{text[:_MOST_LIVE]}…")

    def _name(self, text: str) -> None:
        name = f"{'You' if self._is_user else 'Assistant'}: {text}"
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def highlight(self, budget_ms: float) -> bool:
        """Colour code on for about so long.

        Returns:
            Whether all is coloured.
        """
        return all(block.highlight(budget_ms) for block in self.blocks if isinstance(block, CodeView))

    def lay_out(self, width: int) -> int:
        """Place all of it in a width, gutters included.

        Returns:
            Its height.
        """
        room = width - 2 * GUTTER
        top = _MARK if self._message.off_record else 0
        top += self._lay_out_chips(room, top)
        bottom = self._lay_out_bubble(room, top) if self._is_user else self._lay_out_column(room, top)
        if stop_mark(self._message):
            bottom += _MARK
        return bottom + FOOTER

    def _lay_out_chips(self, room: int, top: int) -> int:
        """Place what is attached above the words; returns the height it takes."""
        places = place_chips(self._message.attachments, self.font(), room, align_right=self._is_user)
        self._chips = [place.translated(GUTTER, top) for place in places]
        return places[-1].bottom() + 1 + SPACE if places else 0

    def _lay_out_bubble(self, room: int, top: int) -> int:
        if not self._message.text and self._message.attachments:
            self._bubble = QRect()
            return top - SPACE
        widest = int(room * _BUBBLE_SHARE) - 2 * _PAD
        for block in self.blocks:
            block.lay_out(0, 0, widest)
        inner = min(widest, max((block.ideal_width() for block in self.blocks), default=0) + 2)
        left = GUTTER + room - inner - _PAD
        bottom = top + _PAD
        for block in self.blocks:
            bottom += block.lay_out(left, bottom, inner)
        bottom += _PAD - 5  # the last line's spacing is room already
        self._bubble = QRect(left - _PAD, top, inner + 2 * _PAD, bottom - top)
        return bottom

    def _lay_out_column(self, room: int, top: int) -> int:
        for index, block in enumerate(self.blocks):
            if index and (isinstance(block, CodeView) or isinstance(self.blocks[index - 1], CodeView)):
                top += SPACE
            top += block.lay_out(GUTTER, top, room)
        return top

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is exposed."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_chips(painter)
            if self._is_user and not self._bubble.isEmpty():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.raised)
                painter.drawRoundedRect(self._bubble, _PAD, _PAD)
            if self.hasFocus() and self._link is None:
                self._draw_focus(painter)
            self._draw_marks(painter)
            for index, block in enumerate(self.blocks):
                if isinstance(block, ProseBlock):
                    block.draw(painter, event.rect(), self._marked_part(index, block))
        finally:
            painter.end()

    def _draw_focus(self, painter: QPainter) -> None:
        painter.setPen(QPen(self._theme.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._is_user:
            for one in self._chips if self._bubble.isEmpty() else [self._bubble]:
                painter.drawRoundedRect(one, _PAD, _PAD)
        else:
            painter.drawLine(QPoint(3, 2), QPoint(3, self.height() - FOOTER - 2))

    def _draw_again(self, hash: str) -> None:
        self.update()

    def _draw_chips(self, painter: QPainter) -> None:
        files, scale = self._message.attachments, self.devicePixelRatioF()
        if len(self._chips) == len(files):
            draw_chips(painter, self._chips, files, shared_pictures(), self._theme, self.font(), scale)

    def _draw_marks(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setPen(self._theme.muted)
        scale = self.devicePixelRatioF()
        if self._message.off_record:
            text = "Off the record"
            length = self.fontMetrics().horizontalAdvance(text) + 22
            left = self.width() - GUTTER - length if self._is_user else GUTTER
            painter.drawPixmap(left, 1, icon_pixmap("eye-off", self._theme.muted, 16, scale))
            painter.drawText(QRect(left + 22, 0, length, 18), Qt.AlignmentFlag.AlignVCenter, text)
        mark = stop_mark(self._message)
        if mark:
            top = self.height() - FOOTER - _MARK
            stopped = is_stopped(self._message)  # as the person wanted it
            name, colour = ("stop", self._theme.muted) if stopped else ("warning", self._theme.warning)
            painter.drawPixmap(GUTTER, top + 4, icon_pixmap(name, colour, 16, scale))
            painter.drawText(QRect(GUTTER + 22, top, self.width(), _MARK), Qt.AlignmentFlag.AlignVCenter, mark)

    def _marked_part(self, index: int, block: Block) -> tuple[int, int] | None:
        if self._link is not None and self._link[0] == index:
            return self._link[1], self._link[2]
        return self._selection.part_of(index, block.length) if self._selection is not None else None

    def select(self, selection: Selection | None) -> None:
        """Mark a stretch as selected, or nothing."""
        self._selection, self._link = selection, None
        for index, block in enumerate(self.blocks):
            if isinstance(block, CodeView):
                block.show_selection(selection.part_of(index, block.length) if selection is not None else None)
        self.update()

    def selected_markdown(self) -> str:
        """The selection as Markdown; empty where nothing is selected."""
        return self._selection.markdown(self.blocks) if self._selection is not None else ""

    def place_at(self, point: QPoint) -> Place | None:
        """The place in the text nearest to a point; None in a message without text."""
        nearest: Place | None = None
        for index, block in enumerate(self.blocks):
            if nearest is not None and point.y() < block.area.top():
                break
            if point.y() < block.area.top():
                nearest = (index, 0)
            elif point.y() > block.area.bottom():
                nearest = (index, block.length)
            else:
                nearest = (index, block.position_at(point))
        return nearest

    def link_at(self, point: QPoint) -> str:
        """The target of the link at a point; empty where there is none."""
        found = (block.link_at(point) for block in self.blocks if isinstance(block, ProseBlock))
        return next((link for link in found if link), "")

    def all_links(self) -> list[tuple[int, int, int, str]]:
        """The links in order: index of the block, start, end and target."""
        return [
            (index, *link)
            for index, block in enumerate(self.blocks)
            if isinstance(block, ProseBlock)
            for link in block.links()
        ]
