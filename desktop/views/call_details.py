"""One tool call in full: its arguments and the whole of its result."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.engine.run_record import CallRecord
from desktop.views.call_text import arguments_text, gate_words
from desktop.views.controls import Button, ElidedLabel, label
from desktop.views.copy_button import CopyButton, compact
from desktop.views.icons import icon_pixmap
from desktop.views.literal_text import one_line
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.message_details import duration_text
from desktop.views.theme import SPACE, current_theme


class CallDetails(QWidget):
    """Shows one tool call.

    Args:
        parent: The parent widget.

    Signals:
        review_requested(): The person wants to decide on the call.
    """

    review_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        self._title = ElidedLabel("", "heading")
        self._review = Button("Review…", kind="primary")
        self._review.clicked.connect(self.review_requested)
        column.addLayout(_row(self._title, self._review))
        self._edited_icon = QLabel()
        self._gate = label(kind="muted")
        gate = QHBoxLayout()
        gate.setSpacing(SPACE // 2)
        gate.setContentsMargins(INSET, 0, 0, 0)
        gate.addWidget(self._edited_icon)
        gate.addWidget(self._gate, 1)
        column.addLayout(gate)
        self._arguments = LiteralView("Arguments", most_lines=8, is_fixed=True)
        column.addLayout(
            _row(label("Arguments", "muted"), CopyButton(lambda: self._arguments.raw_text, "Copy arguments"))
        )
        column.addWidget(self._arguments)
        self._outside_icon = QLabel()
        self._outside = label("from outside", "muted")
        self._outside.setToolTip("Somebody else's words: from a web page, a file or a tool server.")
        copy_result = CopyButton(lambda: self._result.raw_text, "Copy result")
        self._result_label = label("Result", "muted")
        column.addLayout(_row(self._result_label, self._outside_icon, self._outside, copy_result))
        self._result = LiteralView("Result", is_fixed=True)
        self._result.setMinimumHeight(8 * SPACE)
        column.addWidget(self._result, 1)

    def show_call(self, call: CallRecord, *, asks: bool) -> None:
        """Show a call as it stands.

        Args:
            call: The call.
            asks: Whether it waits for the person's decision.
        """
        took = f" · {duration_text(call.duration_ms)}" if call.duration_ms is not None else ""
        self._title.show_text(f"{one_line(call.tool)} · {call.state}{took}")
        self._review.setVisible(asks)
        arguments = arguments_text(call.arguments)
        if arguments != self._arguments.raw_text:
            self._arguments.show_text(arguments)
        result = call.result if call.result is not None else ""
        self._result.setPlaceholderText("" if call.result is not None else "No result yet")
        if result != self._result.raw_text:
            self._result.show_text(result)
        theme = current_theme()
        self._edited_icon.setPixmap(icon_pixmap("edit", theme.muted, 16, self.devicePixelRatioF()))
        self._edited_icon.setVisible(call.edited)
        self._gate.setText(gate_words(call))
        self._gate.setVisible(bool(gate_words(call)))
        self._outside_icon.setPixmap(icon_pixmap("warning", theme.warning, 16, self.devicePixelRatioF()))
        for widget in (self._outside_icon, self._outside):
            widget.setVisible(call.untrusted and call.result is not None)


def _row(first: QWidget, *others: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE // 2)
    row.setContentsMargins(INSET, 0, 0, 0)
    row.addWidget(first, 1)
    for other in others:
        if isinstance(other, CopyButton):
            compact(other, 3 * SPACE + 4)
        row.addWidget(other)
    return row
