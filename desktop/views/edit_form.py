"""The form in which the person changes a call's arguments before it is decided."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.engine.events import ConfirmationRequested
from desktop.engine.messages import JsonObject
from desktop.views.argument_editor import LEFT_OUT, ArgumentEditor
from desktop.views.argument_schema import argument_fields, same
from desktop.views.controls import ElidedLabel, larger
from desktop.views.literal_text import one_line
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.marked_line import MarkedLine
from desktop.views.theme import SPACE


class EditForm(QWidget):
    """A field for each argument, filled with what the call has now.

    Args:
        request: The call.

    Attributes:
        request: The call.
        editors: One for each argument, in order.
        problem: What the engine found wrong, literal; hidden while there is nothing.

    Signals:
        changed(): What `can_apply` says may be another.
    """

    changed = Signal()

    def __init__(self, request: ConfirmationRequested) -> None:
        super().__init__()
        self.request = request
        self.is_checking = False
        self.editors = []
        self._dimmed_focus: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE, SPACE)
        column.setSpacing(SPACE)
        tool = ElidedLabel(one_line(request.tool, 200), "muted")
        tool.setContentsMargins(INSET, 0, 0, 0)
        title = ElidedLabel("Change the arguments")
        title.setFont(larger(title.font(), 1.15, bold=True))
        title.setContentsMargins(INSET, 0, 0, 0)
        column.addWidget(tool)
        column.addWidget(title)
        self._mark = MarkedLine("danger", "These arguments will not do:")
        self.problem = LiteralView("Problem", most_lines=5)
        column.addWidget(self._mark)
        column.addWidget(self.problem)
        for field in argument_fields(request.parameters, request.arguments):
            value = request.arguments if field.is_whole else request.arguments.get(field.name, LEFT_OUT)
            editor = ArgumentEditor(field, value)
            editor.changed.connect(self._changed)
            self.editors.append(editor)
            column.addSpacing(SPACE)
            column.addWidget(editor)
        column.addStretch(1)
        self.show_error("")

    def arguments(self) -> JsonObject:
        """The arguments as they stand.

        Raises:
            ValueError: One of them is not of its kind.
        """
        result: JsonObject = {}
        for editor in self.editors:
            value = editor.value()
            if editor.field.is_whole and isinstance(value, dict):
                return value
            if value is not LEFT_OUT:
                result[editor.field.name] = value  # type: ignore[assignment]
        return result

    @property
    def can_apply(self) -> bool:
        """Whether the arguments are others than before, each of its kind, and not being checked."""
        if self.is_checking:
            return False
        try:
            return not same(self.arguments(), self.request.arguments)
        except ValueError:
            return False

    def set_checking(self, checking: bool) -> None:
        """Refuse changes while the engine looks at them."""
        self.is_checking = checking
        for editor in self.editors:
            editor.setEnabled(not checking)
        if checking:
            self.show_error("")
        self.changed.emit()

    def set_listening(self, listening: bool) -> None:
        """Let switches and choices be worked, or dim them; fields of text take letters all the same."""
        focus = self.focusWidget()
        if not listening:
            self._dimmed_focus = focus if focus is not None and focus.hasFocus() else None
        for editor in self.editors:
            for widget in (editor.choice, editor.given):
                if widget is not None:
                    widget.setEnabled(listening)
        if listening and self._dimmed_focus is not None:
            self._dimmed_focus.setFocus(Qt.FocusReason.OtherFocusReason)
            self._dimmed_focus = None

    def show_error(self, text: str) -> None:
        """Say what the engine found wrong; empty takes it away."""
        if text:
            self.problem.show_text(text)
        self._mark.setVisible(bool(text))
        self.problem.setVisible(bool(text))

    def focus_first(self) -> None:
        """Put the focus on the first editor."""
        for editor in self.editors:
            for widget in (editor.text, editor.choice, editor.given):
                if widget is not None and not widget.isHidden():
                    widget.setFocus(Qt.FocusReason.OtherFocusReason)
                    return

    def _changed(self) -> None:
        self.changed.emit()
