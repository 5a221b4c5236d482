"""What the person does with the transcript: select, copy, follow, fold, walk from message to message."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.engine.messages import Attachment, Message
from desktop.views.markdown_inks import EVIDENCE, is_safe_link
from desktop.views.message_actions import COPY
from desktop.views.theme import SPACE
from desktop.views.transcript.block_marks import FOOTNOTE, REFERENCE
from desktop.views.transcript.canvas import Canvas
from desktop.views.transcript.find import Finder
from desktop.views.transcript.footer import Footers, copy_text
from desktop.views.transcript.kit import Kit
from desktop.views.transcript.metrics import FOOTER
from desktop.views.transcript.painting import Brush
from desktop.views.transcript.run_line import Part, RunLineBox
from desktop.views.transcript.segment import Control, Link, Mark, MarkKind, Segment
from desktop.views.transcript.selection import Place, Selection, selected_text, whole_message
from desktop.views.transcript.targets import Target, can_be_opened, targets_of


class Stage(Canvas):
    """The column, and what the person does with it.

    Args:
        kit: Makes segments.
        parent: The parent widget.

    Attributes:
        finder: What is looked for.
        footers: The actions of the hovered and of the focused message.
        current: Index of the message that the keyboard is at; -1 for none.
        by_keys: Whether the keyboard is what brought it there: only then it is marked.
        lit: The part of a run line under the pointer, and its line.

    Signals:
        link_activated(str): A link was followed; http, https or mailto only.
        evidence_activated(str): A chip was followed; the call's id.
        call_activated(str): A call in a run line was chosen; its id.
        run_line_opened(str): A run line was folded out; its run's id.
        message_action(str, str): An action of a message was chosen; the message's id, and the action's.
        file_opened(object): An attached picture or text is to be seen: an `Attachment`.
        file_saving_requested(object): An attached file is to be saved somewhere: an `Attachment`.
        quote_requested(str): A selected text is to be quoted, as Markdown.
    """

    link_activated = Signal(str)
    evidence_activated = Signal(str)
    call_activated = Signal(str)
    run_line_opened = Signal(str)
    message_action = Signal(str, str)
    file_opened = Signal(object)
    file_saving_requested = Signal(object)
    quote_requested = Signal(str)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(kit, parent)
        self.finder = Finder(self.column)
        self.footers = Footers(self)
        self.current = -1
        self.by_keys = True
        self.lit: tuple[RunLineBox, Part] | None = None
        self._target: Target | None = None
        self._selection: Selection | None = None
        self._live = -1

    # What a message is.

    def line_within(self) -> int:
        """The answer that streams: its actions do not show yet."""
        return -1 if self._live >= 0 and self.column.extras(self._live) else self._live

    def is_live(self, index: int) -> bool:
        """Whether a message is being written."""
        return index == self._live

    def act(self, message: Message, action: str) -> None:
        """Tell that an action of a message was chosen."""
        if action == COPY:
            copy_text(message.text)
            return
        self.message_action.emit(message.id, action)

    def view_moved(self) -> None:
        """Keep the footers at their messages."""
        self.footers.place()

    def brush(self) -> Brush:
        """What is drawn with."""
        focused = self.current if self.current >= 0 and self.by_keys and self.hasFocus() else -1
        area = self._target.area if self._target is not None and self._target.box is None else None
        if self._target is not None and self._target.box is not None:
            focused = -1
        return Brush(
            self._look.theme,
            self.font(),
            self._look.font,
            self._look.scale,
            self.marks,
            focused,
            area,
            self._part_states,
        )

    def marks(self, index: int, slot: int, segment: Segment) -> Sequence[Mark]:
        """What is marked in a segment."""
        marks = self.finder.marks(index, slot, segment) if self.finder.query else []
        part = self._selection.part_of(index, slot, segment.length) if self._selection is not None else None
        return [*marks, Mark(*part, MarkKind.SELECTION)] if part is not None else marks

    def _part_states(self, box: RunLineBox) -> tuple[Part | None, Part | None]:
        lit = self.lit[1] if self.lit is not None and self.lit[0] is box else None
        target = self._target
        is_at = target is not None and target.box is box and self.hasFocus()
        return lit, target.what if is_at and target is not None and isinstance(target.what, Part) else None

    # Places.

    def to_message(self, index: int, point: QPoint | QPointF) -> QPointF:
        """A point of the viewport in the coordinates of a message."""
        return QPointF(point) - QPointF(self.left, self.column.top(index) - self.scroller.top)

    def from_message(self, index: int, area: QRectF) -> QRectF:
        """A rectangle of a message in the coordinates of the viewport."""
        return area.translated(self.left, self.column.top(index) - self.scroller.top)

    def message_at(self, point: QPoint | QPointF) -> int:
        """Index of the message at a point of the viewport; -1 where there is none."""
        y = int(QPointF(point).y()) + self.scroller.top
        messages = self.column.messages
        if not messages or not self.column.top(0) <= y < self.column.top(len(messages)):
            return -1
        return self.column.at(y)

    def place_at(self, point: QPointF) -> Place | None:
        """The place in the text nearest to a point of the viewport; None in an empty transcript."""
        if not self.column.messages:
            return None
        index = self.column.at(int(point.y()) + self.scroller.top)
        return (index, *self.column.layout(index).place_at(self.to_message(index, point)))

    def caret_area(self, place: Place) -> QRectF:
        """Where the caret of a place stands, in the column's coordinates down and the message's across."""
        index, slot, position = place
        layout = self.column.layout(index)
        if not layout.slots:
            return QRectF(0, self.column.top(index), 1, FOOTER)
        slot = min(slot, len(layout.slots) - 1)
        segment = layout.segment(slot)
        area = layout.from_slot(slot, segment.rectangle_at(min(position, segment.length)))
        return area.translated(0, self.column.top(index))

    # Selecting and copying.

    @property
    def selection(self) -> Selection | None:
        """What is selected."""
        return self._selection

    def select(self, selection: Selection | None) -> None:
        """Select a stretch, or nothing."""
        if selection != self._selection:
            self._selection = selection
            self.viewport().update()

    def offer_selection(self) -> None:
        """Put what is selected where the middle button takes it from, on systems that have that."""
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and self._selection is not None and not self._selection.is_empty:
            clipboard.setText(self.selected_text(markdown=False), QClipboard.Mode.Selection)

    def selected_text(self, *, markdown: bool) -> str:
        """The selected text; empty where nothing is selected."""
        return selected_text(self.column, self._selection, markdown=markdown)

    def copy(self, *, markdown: bool = True) -> None:
        """Copy what is selected; the message the keyboard is at, where nothing is."""
        text = self.selected_text(markdown=markdown)
        if not text and 0 <= self.current < len(self.column.messages):
            text = selected_text(self.column, whole_message(self.current), markdown=markdown)
        if text:
            copy_text(text)

    def quote(self) -> None:
        """Tell that the selection is to be quoted."""
        text = selected_text(self.column, self._selection, markdown=True, bare_code=False)
        if text:
            self.quote_requested.emit(text)

    # Following.

    def press(self, index: int, target: Target) -> None:
        """Do what a target is for."""
        match target.what:
            case Link():
                self.follow(index, target.what.target)
            case Control():
                target.what.press()
                self.viewport().update()
            case Part():
                if target.box is not None:
                    self.press_part(index, target.box, target.what)
            case Attachment():
                self.open_file(target.what)

    def open_file(self, attachment: Attachment) -> None:
        """Tell that an attached file is to be seen; one that this program cannot show is to be saved."""
        (self.file_opened if can_be_opened(attachment) else self.file_saving_requested).emit(attachment)

    def press_part(self, index: int, box: RunLineBox, part: Part) -> None:
        """Fold a run line, or tell which of its calls was chosen."""
        if part.call_id:
            self.call_activated.emit(part.call_id)
            return
        box.fold(not box.is_open)
        self.column.fit_extras(index)
        if box.is_open:
            if self.scroller.follows:
                self.scroller.move_to(self.scroller.top)
            self.run_line_opened.emit(box.run_id)
        self.refresh()

    def follow(self, index: int, target: str) -> None:
        """Follow a link of a message."""
        if target.startswith(EVIDENCE):
            self.evidence_activated.emit(target.removeprefix(EVIDENCE))
        elif target.startswith(FOOTNOTE):
            self._show_place(index, target, target.replace(FOOTNOTE, REFERENCE, 1))
        elif target.startswith(REFERENCE):
            self._show_place(index, target, target.replace(REFERENCE, FOOTNOTE, 1))
        elif is_safe_link(target):
            self.link_activated.emit(target)

    def _show_place(self, index: int, target: str, back: str) -> None:
        """Bring into view what a link within a message leads to.

        Args:
            index: Index of the message.
            target: Of the link.
            back: The target of the link that leads back from there: the keyboard goes to it.
        """
        layout = self.column.layout(index)
        label = f"[^{target.partition(':')[2]}]"
        for slot, each in enumerate(layout.slots):
            place = layout.make_segment(slot).place_of(target) if label in each.piece.text else None
            if place is None:
                continue
            self.column.lay_out(index, slot)
            area = self.caret_area((index, slot, place))
            self.scroller.bring_into_view(int(area.top()), int(area.bottom()) + 1)
            self.refresh()
            if self.by_keys and self._target is not None:
                found = [each for each in targets_of(self.column, index) if each.slot == slot]
                at = next((each for each in found if isinstance(each.what, Link) and each.what.target == back), None)
                self.set_current(index, at)
            return

    def standing(self) -> list[QWidget]:
        """The widgets that stand on it, for assistive technology."""
        return [self.viewport()]

    # The keyboard's way through it.

    @property
    def target(self) -> Target | None:
        """The link or control that the keyboard is at."""
        return self._target

    def set_current(self, index: int, target: Target | None = None) -> None:
        """Have the keyboard at a message, or at something in it."""
        self.current, self._target = index, target
        self.footers.focus(index if self.hasFocus() else -1)
        self.viewport().update()

    def focus_previous_message(self) -> None:
        """Move the focus to the message above."""
        self._walk(-1)

    def focus_next_message(self) -> None:
        """Move the focus to the message below."""
        self._walk(1)

    def _walk(self, step: int) -> None:
        count = len(self.column.messages)
        if not count:
            return
        is_here = self._has_focus_within() and 0 <= self.current < count
        index = max(0, min(self.current + step, count - 1)) if is_here else count - 1
        self.show_entry(index)
        self.by_keys = True
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.set_current(index)
        self.focus_told(index)

    def focus_told(self, index: int) -> None:
        """The keyboard came to a message."""

    def _has_focus_within(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus))

    def show_entry(self, index: int) -> None:
        """Bring a message into view, its beginning where it does not fit."""
        self.stop_gliding()
        for _ in range(3):  # what comes into view is laid out, and may move it once more
            self.column.layout(index)
            top = self.column.top(index)
            bottom = self.column.bottom(index) - SPACE
            before = self.scroller.top
            if top < before or bottom - top > self.scroller.page:
                self.scroller.move_to(top - SPACE)
            elif bottom > before + self.scroller.page:
                self.scroller.move_to(bottom + SPACE - self.scroller.page)
            self.refresh()

    def step_target(self, forward: bool) -> bool:
        """Go to the next link or control of the current message, or back.

        Returns:
            Whether there was one; else the focus leaves the message.
        """
        if not 0 <= self.current < len(self.column.messages):
            return False
        targets = targets_of(self.column, self.current)
        at = targets.index(self._target) if self._target in targets else -1
        if at < 0 and not forward:
            return False
        at += 1 if forward else -1
        if not 0 <= at < len(targets):
            if at < 0:
                self.set_current(self.current)
                return True
            return False
        self.by_keys = True
        self.set_current(self.current, targets[at])
        area = targets[at].area.translated(0, self.column.top(self.current))
        self.scroller.bring_into_view(int(area.top()), int(area.bottom()))
        self.refresh()
        return True
