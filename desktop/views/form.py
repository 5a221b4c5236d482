"""A form of named fields, all of whose values are text: whether they fit is not a view's to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.views.controls import Switch, label, one_line
from desktop.views.order_picker import OrderPicker
from desktop.views.quiet_inputs import QuietComboBox
from desktop.views.theme import SPACE

FieldKind = Literal["text", "choice", "suggest", "switch", "order"]
"""A line, one of a few choices, a line with suggestions, on and off (``true`` and ``false``), or several choices in an
order (with ``, `` between)."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field.

    Attributes:
        name: By which its value is handed over.
        label: Its words, and its accessible name.
        kind: How it is entered.
        help: What it is for, in a sentence.
        choices: The values and their words, for ``choice``.
        placeholder: What stands in an empty line.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    placeholder: str = ""


class _Row(QWidget):
    """One field: its words, its input, and under it what it is for or what is wrong with it."""

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self.input = _input_of(field)
        self.input.setAccessibleName(field.label)
        self.input.setAccessibleDescription(field.help)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE // 2)
        column.setSpacing(2)
        if field.kind != "switch":
            column.addWidget(label(field.label))
        column.addWidget(self.input)
        self._help = label(field.help, "muted", wrap=True)
        self._help.setContentsMargins(4, 0, 0, 0)
        self.problem = label("", "danger", wrap=True)
        self.problem.setContentsMargins(4, 0, 0, 0)
        self.problem.hide()
        column.addWidget(self._help)
        column.addWidget(self.problem)
        self._help.setVisible(bool(field.help))  # shown without a parent it would be a window of its own

    @property
    def value(self) -> str:
        match self.input:
            case Switch():
                return "true" if self.input.isChecked() else "false"
            case QComboBox():
                return self.input.currentText().strip() if self.input.isEditable() else str(self.input.currentData())
            case QLineEdit():
                return self.input.text().strip()
            case OrderPicker():
                return ", ".join(self.input.values)
        raise AssertionError(self.input)

    def show_value(self, value: str) -> None:
        match self.input:
            case Switch():
                self.input.setChecked(value == "true")
            case QComboBox():
                if self.input.isEditable():
                    self.input.setEditText(value)
                else:
                    self.input.setCurrentIndex(max(0, self.input.findData(value)))
            case QLineEdit():
                self.input.setText(value)
                self.input.setCursorPosition(0)
            case OrderPicker():
                self.input.show_values([part for part in value.split(", ") if part])

    def show_problem(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self._help.setVisible(bool(self.field.help) and not words)
        self.input.setAccessibleDescription(words or self.field.help)


class Form(QWidget):
    """Fields under each other.

    Args:
        fields: In order.
        parent: The parent widget.

    Signals:
        changed(): The person changed a value.
    """

    changed = Signal()

    def __init__(self, fields: Sequence[FormField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = {field.name: _Row(field, self) for field in fields}
        self._shown = self.values
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        for row in self._rows.values():
            column.addWidget(row)
            match row.input:
                case Switch():
                    row.input.toggled.connect(lambda _on: self.changed.emit())
                case QComboBox():
                    row.input.currentTextChanged.connect(lambda _text: self.changed.emit())
                case QLineEdit():
                    row.input.textChanged.connect(lambda _text: self.changed.emit())
                case OrderPicker():
                    row.input.changed.connect(self.changed)
        column.addStretch(1)

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields, by name."""
        return {name: row.value for name, row in self._rows.items()}

    @property
    def is_changed(self) -> bool:
        """Whether the person changed a value since values were shown."""
        return self.values != self._shown

    def show_values(self, values: Mapping[str, str]) -> None:
        """Put values into the fields; a missing one is empty. Nothing is told."""
        self.change_values(values)
        self._shown = self.values

    def change_values(self, values: Mapping[str, str]) -> None:
        """Put values into the fields as if the person did: they count as changed. Nothing is told."""
        self.blockSignals(True)
        try:
            for name, row in self._rows.items():
                row.show_value(values.get(name, ""))
        finally:
            self.blockSignals(False)
        self.show_problems({})

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say under each field what is wrong with it, and go to the first; the others are as they should be."""
        for name, row in self._rows.items():
            row.show_problem(problems.get(name, ""))
        wrong = next((row for name, row in self._rows.items() if name in problems), None)
        if wrong is not None:
            wrong.input.setFocus()

    def suggest(self, name: str, words: Sequence[str]) -> None:
        """Offer words in a ``suggest`` field; what stands there stays."""
        box = self._rows[name].input
        if isinstance(box, QComboBox):
            current = box.currentText()
            box.blockSignals(True)
            box.clear()
            box.addItems([one_line(word) for word in words])
            box.setEditText(current)
            box.blockSignals(False)

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other choices in a ``choice`` or ``order`` field; the chosen one stays where it is among them."""
        box, before = self._rows[name].input, self._rows[name].value
        if isinstance(box, OrderPicker):
            box.offer(choices)
        if isinstance(box, QComboBox):
            current = box.currentData()
            box.blockSignals(True)
            box.clear()
            for value, words in choices:
                box.addItem(one_line(words), value)
            box.setCurrentIndex(max(0, box.findData(current)))
            box.blockSignals(False)
        if self._shown[name] == before:
            self._shown[name] = self._rows[name].value

    def set_enabled(self, name: str, enabled: bool) -> None:
        """Let a field be changed, or not."""
        self._rows[name].input.setEnabled(enabled)


def _input_of(field: FormField) -> QWidget:
    match field.kind:
        case "switch":
            return Switch(field.label)
        case "choice":
            box = QuietComboBox()
            for value, words in field.choices:
                box.addItem(words, value)
            return box
        case "suggest":
            box = QuietComboBox()
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            if (line := box.lineEdit()) is not None:
                line.setPlaceholderText(field.placeholder)
                line.setAccessibleName(field.label)
            return box
        case "order":
            return OrderPicker(field.label)
        case "text":
            line = QLineEdit()
            line.setPlaceholderText(field.placeholder)
            return line
