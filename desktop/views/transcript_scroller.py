"""Scrolls the rows of a transcript: lays them out where they are looked at, follows the end, and never jumps."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.views.activity_line import ActivityLine
from desktop.views.controls import Button
from desktop.views.message_view import MessageView
from desktop.views.theme import SPACE, is_theme_change
from desktop.views.transcript_rows import Column, NoteView, Row, discard

_SLICE_MS = 8
_BUILT_ROWS = 300
"""Rows from the end that are made ahead; further ones when they are looked at."""
_AT_END = 4


class TranscriptScroller(QWidget):
    """A column of rows in a scroll area.

    What stands at the top of the view stays there whatever changes around it, or the view follows the end while it is
    at the end; else a button tells that there is something new below.

    Args:
        parent: The parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activity = ActivityLine()
        self._column = Column(self._make_view, self._activity)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._column)
        self._bar = self._scroll.verticalScrollBar()
        self._bar.setSingleStep(3 * SPACE)
        self._bar.valueChanged.connect(self._scrolled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self._new_below = Button("New below", "arrow-down", kind="primary", parent=self)
        self._new_below.clicked.connect(self.scroll_to_end)
        self._new_below.hide()
        self._current: Row | None = None
        self._follows = True
        self._is_placing = False
        self._idle_timer = QTimer(self, singleShot=True, interval=0)
        self._idle_timer.timeout.connect(self._work)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def _make_view(self, row: Row) -> MessageView:
        raise NotImplementedError

    @property
    def follows_end(self) -> bool:
        """Whether the view follows what comes."""
        return self._follows

    def scroll_to_end(self) -> None:
        """Show the end, and follow it from now on."""
        self._follows = True
        self._refresh()

    # Placing.

    @contextmanager
    def _kept_in_place(self) -> Iterator[None]:
        """Change rows or heights inside; afterwards the same row stands at the top, or the end is shown."""
        if self._is_placing:
            yield
            return
        self._is_placing = True
        rows, value = self._column.rows, self._bar.value()
        anchor = rows[self._column.row_at(value)] if rows else None
        offset = value - self._column.top_of(anchor) if anchor is not None else 0
        try:
            yield
            self._column.place()
            if self._follows:
                self._bar.setValue(self._bar.maximum())
            elif anchor is not None and anchor in self._column.rows:
                self._bar.setValue(self._column.top_of(anchor) + offset)
        finally:
            self._is_placing = False

    def _append(self, row: Row) -> None:
        with self._kept_in_place():
            self._column.rows.append(row)
            self._column.estimate(row)
            if self._follows or row.message is None:
                self._column.lay_out(row)
        self._tell_of_new()
        self._refresh()

    def _tell_of_new(self) -> None:
        if not self._follows:
            self._new_below.show()

    def _refresh(self) -> None:
        """Lay out what is in view until nothing in view is a guess, then go on when idle."""
        with self._kept_in_place():
            pass
        for _ in range(50):
            top = self._bar.value()
            guesses = [
                row
                for row in self._column.between(top, top + self._scroll.viewport().height())
                if not self._column.is_laid_out(row)
            ]
            if not guesses or not self.isVisible():
                break
            with self._kept_in_place():
                for row in reversed(guesses):
                    self._column.lay_out(row)
        if self._follows:
            self._new_below.hide()
        if self.isVisible():
            self._idle_timer.start()

    def _work(self) -> None:
        """One slice of what can wait: rows out of view, from the end, and the colours of code."""
        until = time.perf_counter() + _SLICE_MS / 1000
        for row in self._column.rows[: -_BUILT_ROWS - 1 : -1]:
            if not self._column.is_laid_out(row):
                with self._kept_in_place():
                    self._column.lay_out(row)
            view = row.view
            done = not isinstance(view, MessageView) or view.highlight((until - time.perf_counter()) * 1000)
            if not done or time.perf_counter() > until:
                self._idle_timer.start()
                return

    def _scrolled(self) -> None:
        if self._is_placing:
            return
        self._follows = self._bar.value() >= self._bar.maximum() - _AT_END
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew where the measure changed."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out what is in view."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        with self._kept_in_place():
            self._column.set_width(self._scroll.viewport().width())
        self._new_below.adjustSize()
        hint = self._new_below.size()
        self._new_below.move((self.width() - hint.width()) // 2, self.height() - hint.height() - 2 * SPACE)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Make the messages anew in the new theme."""
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_idle_timer"):
            for row in self._column.rows:
                if isinstance(row.view, MessageView):
                    discard(row)
                elif isinstance(row.view, NoteView):
                    row.width = 0
            self._refresh()

    # The focus.

    def focus_previous_message(self) -> None:
        """Move the focus to the message above."""
        self._focus_message(-1)

    def focus_next_message(self) -> None:
        """Move the focus to the message below."""
        self._focus_message(1)

    def _focus_message(self, step: int) -> None:
        rows = [row for row in self._column.rows if row.message is not None]
        if not rows:
            return
        at = rows.index(self._current) + step if self._current in rows and self._has_focus() else len(rows) - 1
        row = rows[max(0, min(at, len(rows) - 1))]
        self._bring_into_view(row)
        if row.view is not None:
            self._make_current(row)
            row.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _bring_into_view(self, row: Row) -> None:
        page = self._scroll.viewport().height()
        for _ in range(3):  # what comes into view is laid out, and may move it once more
            if not self._column.is_laid_out(row):
                with self._kept_in_place():
                    self._column.lay_out(row)
            top, value = self._column.top_of(row), self._bar.value()
            if top < value or row.height > page:
                self._bar.setValue(top - SPACE)
            elif top + row.height > value + page:
                self._bar.setValue(top + row.height + SPACE - page)

    def _has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        left, entered = _message_of(old), _message_of(new)
        if left is not None and left is not entered:
            left.show_footer(False)
        if entered is not None and self.isAncestorOf(entered):
            entered.show_footer(True)
            self._make_current(next(row for row in self._column.rows if row.view is entered))

    def _make_current(self, row: Row) -> None:
        if self._current is not None and isinstance(self._current.view, MessageView):
            self._current.view.set_reachable(False)
        self._current = row
        if isinstance(row.view, MessageView):
            row.view.set_reachable(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the first and the last message."""
        if event.key() == Qt.Key.Key_Home:
            self._bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.scroll_to_end()
        else:
            super().keyPressEvent(event)


def _message_of(widget: QWidget | None) -> MessageView | None:
    while widget is not None and not isinstance(widget, MessageView):
        widget = widget.parentWidget()
    return widget
