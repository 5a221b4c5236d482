"""The dialog of the API keys. It holds no key: what is typed goes out once and is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.views.controls import Button, ElidedLabel, label, larger
from desktop.views.notice_bar import NoticeBar
from desktop.views.theme import SPACE

KeySource = Literal["keyring", "environment", "session", "none"]
"""Where a key comes from."""

NO_KEYRING = (
    "No keyring was found on this system. Keys are kept for this session only and are gone when the program ends. "
    "To keep them, install and unlock GNOME Keyring or KWallet, then start Cortex Desktop again."
)
_WIDTH = 520
_TITLE_BAR = 5 * SPACE
"""What a window manager adds, about."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What is known of a provider's key; never the key.

    Attributes:
        provider: ``gemini``, ``anthropic`` or ``openai``.
        label: The provider's name for the person: "Google Gemini".
        source: Where its key comes from now.
        variable: The environment's variable, where it comes from there.
    """

    provider: str
    label: str
    source: KeySource
    variable: str = ""


def status_text(status: KeyStatus) -> str:
    """A key's status in words."""
    match status.source:
        case "keyring":
            return "In the keyring"
        case "environment":
            return f"From the environment: {status.variable}"
        case "session":
            return "For this session only"
        case "none":
            return "No key"
    assert_never(status.source)


class KeyRow(QWidget):
    """One provider: its status, a field for a new key, Save and Remove.

    Attributes:
        status: The label with the status in words.
        field: The password field; named "<label> key".
        save_button: Hands the key out; enabled while there is one.
        remove_button: Shown where there is a key that can be removed here.

    Signals:
        entered(str): The key that was typed, without white space around it.
        removed(): The person wants the kept key removed.
    """

    entered = Signal(str)
    removed = Signal()

    def __init__(self, status: KeyStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = label(kind="heading")
        self.status = ElidedLabel(kind="muted")
        self.field = QLineEdit()
        # Password mode neither copies nor drags its text out, and tells input methods to learn nothing.
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.save_button = Button("Save")
        self.remove_button = Button("Remove", kind="flat")
        policy = self.remove_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.remove_button.setSizePolicy(policy)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._name)
        head.addWidget(self.status, 1)
        head.addWidget(self.remove_button)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(0)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(self.field, 1, 0)
        grid.addWidget(self.save_button, 1, 1)
        grid.setColumnStretch(0, 1)
        self.field.textChanged.connect(lambda text: self.save_button.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self._enter)
        self.save_button.clicked.connect(self._enter)
        self.remove_button.clicked.connect(lambda: self.removed.emit())
        self.save_button.setEnabled(False)
        self.show_status(status)

    def show_status(self, status: KeyStatus) -> None:
        """Show where the key comes from; what is being typed stays."""
        has_key = status.source != "none"
        self._name.setText(status.label)
        self.status.show_text(status_text(status))
        self.status.setAccessibleName(f"{status.label}: {status_text(status)}")
        self.field.setAccessibleName(f"{status.label} key")
        self.field.setPlaceholderText("Paste a new key to replace it" if has_key else "Paste a key")
        self.save_button.setAccessibleName(f"Save {status.label} key")
        self.remove_button.setAccessibleName(f"Remove {status.label} key")
        kept_here = status.source in ("keyring", "session")
        self.remove_button.setVisible(kept_here)

    def forget(self) -> None:
        """Empty the field, its history of changes too."""
        self.field.setText("")

    def _enter(self) -> None:
        key = self.field.text().strip()
        if key:
            self.forget()
            self.entered.emit(key)


class KeysDialog(QDialog):
    """Shows where each provider's key comes from, and takes new ones. Opened with ``open()``.

    As tall as what it says; what the screen has no room for is scrolled.

    Attributes:
        rows: A `KeyRow` for each provider shown, by provider.
        banner: Says that there is no keyring.
        problem: Says what failed.
        close_button: The push button "Close".

    Signals:
        key_entered(str, str): Provider and key. The field is empty by then; nothing here keeps the key.
        key_removed(str): The provider whose kept key is to be removed.
    """

    key_entered = Signal(str, str)
    key_removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("API keys")
        self.setAccessibleName("API keys")
        self.rows: dict[str, KeyRow] = {}
        self.banner = NoticeBar(dismissible=False)
        self.problem = NoticeBar()
        self.close_button = Button("Close")
        title = label("API keys", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        self._words = label(kind="muted", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        inside.setSpacing(2 * SPACE)
        for widget in (self._words, self.banner, self.problem):
            inside.addWidget(widget)
        inside.addLayout(self._list)
        inside.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        self._inside.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 3 * SPACE, 0, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        title.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        foot.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        column.addWidget(title)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)
        self._fitted = 0
        self.resize(_WIDTH, 1)
        self.setMinimumWidth(360)
        self.close_button.clicked.connect(self.reject)

    def show_status(self, statuses: Sequence[KeyStatus], *, has_keyring: bool = True) -> None:
        """Show these providers.

        Args:
            statuses: One for each provider, in order; always the same providers.
            has_keyring: Whether the system keeps keys.
        """
        kept = " They are kept in your system's keyring, never in a file." if has_keyring else ""
        self._words.setText(
            f"Keys go to their provider and nowhere else.{kept} A key saved here comes before one in the environment."
        )
        self.banner.show_notice("" if has_keyring else NO_KEYRING, kind="warning")
        for status in statuses:
            row = self.rows.get(status.provider)
            if row is None:
                self._add_row(status)
            else:
                row.show_status(status)

    def show_problem(self, text: str) -> None:
        """Say what failed ("The keyring refused …"); empty takes it away."""
        self.problem.show_notice(text, kind="danger")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the height of what it says."""
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap otherwise in another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Be as tall as what it says from the first."""
        self._fit()
        super().showEvent(event)

    def _fit(self) -> None:
        """Take the height that all of it needs, or that the screen has; a taller one the person gave stays."""
        inside, outside = self._inside.layout(), self.layout()
        if inside is None or outside is None:
            return
        inside.activate()
        around = outside.totalSizeHint().height() - self._scroll.sizeHint().height()
        wanted = around + inside.totalHeightForWidth(self.width())
        height = min(wanted, self.screen().availableGeometry().height() - _TITLE_BAR)
        has_room = height == wanted  # said outright: else Qt shows the bar for a moment, or for good
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if has_room else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._scroll.setVerticalScrollBarPolicy(policy)
        was_fitted = self.height() == self._fitted
        self._fitted = height
        self.setMinimumHeight(height)
        if was_fitted:
            self.resize(self.width(), height)

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was typed and not saved."""
        for row in self.rows.values():
            row.forget()
        super().hideEvent(event)

    def _add_row(self, status: KeyStatus) -> None:
        row = KeyRow(status)
        provider = status.provider
        row.entered.connect(lambda key: self.key_entered.emit(provider, key))
        row.removed.connect(lambda: self.key_removed.emit(provider))
        self._list.addWidget(row)
        before = list(self.rows.values())
        if not before:
            row.field.setFocus()
        self.rows[provider] = row
        QWidget.setTabOrder(row.field, row.save_button)
        QWidget.setTabOrder(row.save_button, row.remove_button)
        QWidget.setTabOrder(row.remove_button, self.close_button)
