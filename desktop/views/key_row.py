"""Rows of the dialog of the API keys: one of a key, and one for a further key. Neither holds a key for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from desktop.views.controls import Button, ElidedLabel, label
from desktop.views.quiet_inputs import QuietComboBox
from desktop.views.theme import SPACE

KeySource = Literal["keyring", "environment", "session", "locked", "silent", "asked", "none"]
"""Where a key comes from; ``locked``, ``silent``: the keyring cannot be looked into, or does not answer; ``asked``: it
is being asked."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What is known of a key; never the key.

    Attributes:
        provider: The key's name: ``gemini``, ``anthropic`` or ``openai``; of a further one ``gemini/work``.
        label: Its name for the person: "Google Gemini", "Google Gemini, work".
        source: Where it comes from now.
        variable: The environment's variable, where it comes from there.
    """

    provider: str
    label: str
    source: KeySource
    variable: str = ""

    @property
    def is_further(self) -> bool:
        """Whether it is one beside the provider's default one."""
        return "/" in self.provider


def status_text(status: KeyStatus) -> str:
    """A key's status in words."""
    match status.source:
        case "keyring":
            return "In the keyring"
        case "environment":
            return f"From the environment: {status.variable}"
        case "session":
            return "For this session only"
        case "locked":
            return "Not known: the keyring is locked"
        case "silent":
            return "Not known: the keyring does not answer"
        case "asked":
            return "Asking the keyring …"
        case "none":
            return "No key"
    assert_never(status.source)


def secret_field(name: str) -> QLineEdit:
    """A line whose text is neither shown, copied nor learnt.

    Args:
        name: Its accessible name.
    """
    field = QLineEdit()
    # Password mode neither copies nor drags its text out, and tells input methods to learn nothing.
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    field.setAccessibleName(name)
    return field


class KeyRow(QWidget):
    """One key: its status, a field for a new one, Save, Test and Remove.

    Attributes:
        status: The label with the status in words.
        field: The password field; named "<label> key".
        save_button: Hands the key out; enabled while there is one.
        test_button: Asks whether the key works: the typed one, else the kept one.
        remove_button: Shown where there is something that can be removed here.
        result: Says what came of the test.

    Signals:
        entered(str): The key that was typed, without white space around it.
        tested(str): The person wants the key tried; with what is typed, empty for the kept one.
        removed(): The person wants the kept key removed.
    """

    entered = Signal(str)
    tested = Signal(str)
    removed = Signal()

    def __init__(self, status: KeyStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = label(kind="heading")
        self.status = ElidedLabel(kind="muted")
        self.field = secret_field("")
        self.save_button = Button("Save")
        self.test_button = Button("Test", kind="flat")
        self.remove_button = Button("Remove", kind="flat")
        self.result = label(kind="muted", wrap=True)
        self.result.setContentsMargins(0, SPACE // 2, 0, 0)
        self.result.hide()
        self._has_key = self._is_testing = False
        policy = self.remove_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.remove_button.setSizePolicy(policy)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._name)
        head.addWidget(self.status, 1)
        head.addWidget(self.test_button)
        head.addWidget(self.remove_button)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(0)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(self.field, 1, 0)
        grid.addWidget(self.save_button, 1, 1)
        grid.addWidget(self.result, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self.field.textChanged.connect(lambda _text: self._enable())
        self.field.returnPressed.connect(self._enter)
        self.save_button.clicked.connect(self._enter)
        self.test_button.clicked.connect(self._test)
        self.remove_button.clicked.connect(lambda: self.removed.emit())
        self.show_status(status)

    def show_status(self, status: KeyStatus) -> None:
        """Show where the key comes from; what is being typed stays."""
        self._has_key = status.source not in ("none", "locked", "silent", "asked")
        self._name.setText(status.label)
        self.status.show_text(status_text(status))
        self.status.setAccessibleName(f"{status.label}: {status_text(status)}")
        self.field.setAccessibleName(f"{status.label} key")
        self.field.setPlaceholderText("Paste a new key to replace it" if self._has_key else "Paste a key")
        self.save_button.setAccessibleName(f"Save {status.label} key")
        self.test_button.setAccessibleName(f"Test {status.label} key")
        self.remove_button.setAccessibleName(f"Remove {status.label} key")
        self.remove_button.setVisible(
            status.source in ("keyring", "session") or (status.is_further and status.source == "none")
        )
        self._enable()

    def show_testing(self) -> None:
        """Say that the key is being tried."""
        self._is_testing = True
        self._say("Asking …", "muted")
        self._enable()

    def show_result(self, words: str, *, works: bool) -> None:
        """Say what came of the test; empty takes it away."""
        self._is_testing = False
        self._say(words, "muted" if works else "danger")
        self._enable()

    def forget(self) -> None:
        """Empty the field, its history of changes too."""
        self.field.setText("")

    def _test(self) -> None:
        if not self._is_testing:  # not disabled meanwhile: the focus would go on to Remove
            self.tested.emit(self.field.text().strip())

    def _say(self, words: str, kind: str) -> None:
        self.result.setProperty("kind", kind)
        self.result.style().unpolish(self.result)
        self.result.style().polish(self.result)
        self.result.setText(words)
        self.result.setVisible(bool(words))

    def _enable(self) -> None:
        has_text = bool(self.field.text().strip())
        self.save_button.setEnabled(has_text)
        self.test_button.setEnabled(has_text or self._has_key)

    def _enter(self) -> None:
        key = self.field.text().strip()
        if key:
            self.forget()
            self.show_result("", works=True)
            self.entered.emit(key)


class FurtherKeyRow(QWidget):
    """Takes a further key of a provider, told apart from its others by a label.

    Args:
        providers: Names and words of the providers.
        label_pattern: A regular expression of what a label can be.

    Attributes:
        provider: The choice named "Provider of the further key".
        label_field: The line named "Label of the further key".
        field: The password field named "Further key".
        add_button: Enabled while label and key are there.

    Signals:
        added(str, str, str): Provider, label and key. The field is empty by then.
    """

    added = Signal(str, str, str)

    def __init__(self, providers: Sequence[tuple[str, str]], label_pattern: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.provider = QuietComboBox()
        self.provider.setAccessibleName("Provider of the further key")
        for name, words in providers:
            self.provider.addItem(words, name)
        self.label_field = QLineEdit()
        self.label_field.setAccessibleName("Label of the further key")
        self.label_field.setPlaceholderText("Label: work")
        self.label_field.setValidator(QRegularExpressionValidator(QRegularExpression(label_pattern), self))
        self.field = secret_field("Further key")
        self.field.setPlaceholderText("Paste a key")
        self.add_button = Button("Add", name="Add further key")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        help_words = label(
            "A model, or a role in the settings file, names a further key by its label.", "muted", wrap=True
        )
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self.provider, 1)
        head.addWidget(self.label_field, 1)
        grid.addWidget(label("Further key", "heading"), 0, 0, 1, 2)
        grid.addWidget(help_words, 1, 0, 1, 2)
        grid.addLayout(head, 2, 0, 1, 2)
        grid.addWidget(self.field, 3, 0)
        grid.addWidget(self.add_button, 3, 1)
        grid.setColumnStretch(0, 1)
        for line in (self.label_field, self.field):
            line.textChanged.connect(lambda _text: self._enable())
            line.returnPressed.connect(self._add)
        self.add_button.clicked.connect(self._add)
        self._enable()

    def forget(self) -> None:
        """Empty the lines."""
        self.field.setText("")
        self.label_field.setText("")

    def _enable(self) -> None:
        has_label = self.label_field.hasAcceptableInput() and bool(self.label_field.text().strip())
        self.add_button.setEnabled(has_label and bool(self.field.text().strip()))

    def _add(self) -> None:
        if self.add_button.isEnabled():
            name, key = self.label_field.text().strip(), self.field.text().strip()
            self.forget()
            self.added.emit(str(self.provider.currentData()), name, key)
