"""One argument in the form that changes a call: its name, its editor, and what is wrong or hidden in it."""

from pydantic import JsonValue
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.argument_schema import ArgumentField, same, text_of, value_of
from desktop.views.controls import ElidedLabel, Switch, button_text, label
from desktop.views.edit_text import EditText, is_editable
from desktop.views.literal_text import hidden_characters, one_line
from desktop.views.literal_view import INSET
from desktop.views.marked_line import MarkedLine
from desktop.views.quiet_inputs import QuietComboBox
from desktop.views.theme import SPACE

_CHECK_MS = 120
_KIND_WORDS = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "choice": "choice",
}


class _LeftOut:
    """The value of an argument that is not given."""


LEFT_OUT = _LeftOut()


class ArgumentEditor(QWidget):
    """Edits one argument.

    Args:
        field: The argument.
        value: What the call has now; `LEFT_OUT` where it is not given.

    Attributes:
        field: The argument.
        text: The field of text, JSON or a number; None for a choice and for what is too long to edit.
        choice: The combo box of a choice or a yes or no; None for the others.
        given: The switch "Give <name>" of an argument that may be left out; None for one that must be given.

    Signals:
        changed(): The value, or what is wrong with it, may be another.
    """

    changed = Signal()

    def __init__(self, field: ArgumentField, value: JsonValue | _LeftOut) -> None:
        super().__init__()
        self.field = field
        self._before = value
        self.text: EditText | None = None
        self.choice: QComboBox | None = None
        self.given: Switch | None = None
        self._choices: list[JsonValue] = []
        self._name = one_line(field.name, 60) or "(no name)"
        self._problem = MarkedLine("danger")
        self._hidden = MarkedLine("warning")
        self._check_later = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._check_later.timeout.connect(self.show_hidden)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(self._head())
        self._add_editor(column)
        if field.description:
            words = ElidedLabel(one_line(field.description, 300), "muted")
            words.setContentsMargins(INSET, 0, 0, 0)
            column.addWidget(words)
        column.addWidget(self._problem)
        column.addWidget(self._hidden)
        self._show_given()
        self.show_hidden()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(INSET, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(ElidedLabel(self._name, "heading"))
        row.addWidget(ElidedLabel(self._kind_words(), "muted"), 1)
        if not self.field.required or self.field.nullable:
            self.given = Switch("Give it")
            self.given.setAccessibleName(f"Give {self._name}")
            self.given.setChecked(not (isinstance(self._before, _LeftOut) or self._is_null_for_none))
            self.given.toggled.connect(lambda _on: self._show_given())
            row.addWidget(self.given)
        return row

    @property
    def _is_null_for_none(self) -> bool:
        return self._before is None and self.field.nullable

    def _kind_words(self) -> str:
        field = self.field
        words = _KIND_WORDS.get(field.kind, "JSON")
        if field.least and field.most:
            words += f", {field.least} to {field.most}"
        elif field.least or field.most:
            words += f", at least {field.least}" if field.least else f", at most {field.most}"
        if field.default and len(field.default) < 40:
            words += f" · {one_line(field.default)} where it is left out"
        return words

    def _add_editor(self, column: QVBoxLayout) -> None:
        empty = isinstance(self._before, _LeftOut) or self._is_null_for_none
        if self.field.kind in ("choice", "boolean"):
            self._choices = [False, True] if self.field.kind == "boolean" else list(self.field.choices)
            self.choice = QuietComboBox()
            self.choice.setAccessibleName(self._name)
            for each in self._choices:
                words = each if isinstance(each, str) else text_of(ArgumentField("", "json"), each)
                self.choice.addItem(button_text(one_line(words, 80)))
            if not empty:
                self.choice.setCurrentIndex(self._place_of(self._before))
            self.choice.currentIndexChanged.connect(lambda _index: self._changed())
            column.addWidget(self.choice)
            return
        try:
            text = "" if isinstance(self._before, _LeftOut) or empty else text_of(self.field, self._before)
        except (ValueError, RecursionError):
            text = None
        if text is None or not is_editable(text):
            size = f" ({len(text):,} characters)" if text is not None else ""
            column.addWidget(label(f"Too long to edit here{size}. It stays as it is.", "muted", wrap=True))
            return
        self.text = EditText(self._name)
        self.text.set_text(text)
        self.text.edited.connect(self._changed)
        column.addWidget(self.text)

    def _place_of(self, value: JsonValue | _LeftOut) -> int:
        return next(
            (n for n, each in enumerate(self._choices) if not isinstance(value, _LeftOut) and same(value, each)), 0
        )

    @property
    def is_given(self) -> bool:
        """Whether the argument is given at all."""
        return self.given is None or self.given.isChecked()

    def value(self) -> JsonValue | _LeftOut:
        """The value as it stands.

        Returns:
            The very value of before where nothing was changed; `LEFT_OUT` for an argument that is not given.

        Raises:
            ValueError: What was typed is not of the argument's kind; the message says so to the person.
        """
        if not self.is_given:
            if self._is_null_for_none or (self.field.required and self.field.nullable):
                return None
            return LEFT_OUT
        if self.given is None and isinstance(self._before, _LeftOut) and not self._is_changed:
            return LEFT_OUT  # it must be given, and was not: that is for the engine to say
        was_given = not isinstance(self._before, _LeftOut) and not self._is_null_for_none
        if self.choice is not None:
            index = self.choice.currentIndex()
            if was_given and not self._is_changed:
                return self._before
            return self._choices[index] if index >= 0 else LEFT_OUT
        if self.text is None:
            return self._before
        if was_given and not self._is_changed:
            return self._before
        return value_of(self.field, self.text.text)

    @property
    def _is_changed(self) -> bool:
        if self.choice is not None:
            return self.choice.currentIndex() != self._place_of(self._before)
        return self.text is not None and self.text.is_changed

    def problem(self) -> str:
        """What is wrong with what was typed; empty where nothing is."""
        try:
            self.value()
        except ValueError as error:
            return str(error)
        return ""

    def _changed(self) -> None:
        self._problem.show_text(self.problem())
        self._check_later.start()
        self.changed.emit()

    def _show_given(self) -> None:
        for editor in (self.text, self.choice):
            if editor is not None:
                editor.setVisible(self.is_given)
        self._changed()

    def show_hidden(self) -> None:
        """Say now what hides in the text; it comes by itself a moment after typing."""
        text = self.text.text if self.text is not None and self.is_given else ""
        found = hidden_characters(text)
        words = f"Holds characters that cannot be seen here: {' '.join(found)}" if found else ""
        if found and self.text is not None and self.text.is_lossy and not self.text.is_changed:
            words += ". Some cannot be kept when this text is changed; they show as \ufffd."
        self._hidden.show_text(words)
