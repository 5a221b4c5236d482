"""The dialog of the API keys. It holds no key: what is typed goes out once and is forgotten."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.views.controls import Button, label, larger
from desktop.views.key_row import FurtherKeyRow, KeyRow, KeySource, KeyStatus, status_text
from desktop.views.notice_bar import NoticeBar
from desktop.views.theme import SPACE

KeyringState = Literal["ready", "none", "locked", "waiting", "silent"]
"""Whether the system keeps keys; ``waiting``: its keyring is being waited for; ``silent``: it did not answer."""

NO_KEYRING = (
    "No keyring was found on this system. Keys are kept for this session only and are gone when the program ends. "
    "To keep them, install and unlock GNOME Keyring or KWallet, then start Cortex Desktop again."
)
_UNTIL_THEN = (
    "Until then, keys that you save here last for this session only; they go into the keyring when it is unlocked."
)
LOCKED_KEYRING = (
    "The system's keyring is locked, so the keys in it cannot be read. Choose Try again and type its password "
    "(most often the one you log in with), or unlock it in Passwords and Keys or KWalletManager first. " + _UNTIL_THEN
)
SILENT_KEYRING = (
    "The system's keyring does not answer: it may be waiting for its password, in a window of its own. "
    "Unlock it there, and the keys come by themselves. " + _UNTIL_THEN
)
WAITING_KEYRING = (
    "Waiting for the system's keyring. It may be asking for its password in a window of its own, perhaps behind this "
    "one: type the password there, or cancel it there and go on without."
)
TRY_AGAIN = "Try again"
_BANNERS: dict[KeyringState, tuple[str, str]] = {
    "ready": ("", ""),
    "none": (NO_KEYRING, ""),
    "locked": (LOCKED_KEYRING, TRY_AGAIN),
    "waiting": (WAITING_KEYRING, ""),
    "silent": (SILENT_KEYRING, TRY_AGAIN),
}
_PROVIDERS = (("gemini", "Google Gemini"), ("anthropic", "Anthropic Claude"), ("openai", "OpenAI or compatible"))
_LABEL = r"\w[\w .-]{0,39}"
_WIDTH = 600
_TITLE_BAR = 5 * SPACE
"""What a window manager adds, about."""


class KeysDialog(QDialog):
    """Shows where each provider's key comes from, and takes new ones. Opened with ``open()``.

    As tall as what it says; what the screen has no room for is scrolled.

    Attributes:
        rows: A `KeyRow` for each key shown, by its name.
        further: Takes a further key.
        banner: Says that the keyring cannot be used, and what to do.
        problem: Says what failed.
        close_button: The push button "Close".

    Signals:
        key_entered(str, str): Its name and the key. The field is empty by then; nothing here keeps the key.
        key_added(str, str, str): Provider, label and key of a further one.
        key_tested(str, str): The name of the key to try, and what is typed for it; empty for the kept one.
        key_removed(str): The name of the kept key that is to be removed.
        keyring_tried(): The person wants the keyring asked once more.
    """

    key_entered = Signal(str, str)
    key_added = Signal(str, str, str)
    key_tested = Signal(str, str)
    key_removed = Signal(str)
    keyring_tried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("API keys")
        self.setAccessibleName("API keys")
        self.rows: dict[str, KeyRow] = {}
        self._is_fresh = False
        self.banner = NoticeBar(dismissible=False)
        self.problem = NoticeBar()
        self.further = FurtherKeyRow(_PROVIDERS, _LABEL)
        self.close_button = Button("Close")
        title = label("API keys", "heading")
        title.setFont(larger(title.font(), 1.4, bold=True))
        self._words = label(kind="muted", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE + SPACE // 2)
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
        inside.addWidget(self.further)
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
        self.further.added.connect(self.key_added)
        self.banner.action_clicked.connect(lambda _words: self.keyring_tried.emit())

    def show_status(self, statuses: Sequence[KeyStatus], *, keyring: KeyringState = "ready") -> None:
        """Show these keys, and no others.

        Args:
            statuses: One for each key, in order.
            keyring: Whether the system keeps keys.
        """
        kept = " They are kept in your system's keyring, never in a file." if keyring != "none" else ""
        self._words.setText(
            f"Keys go to their provider and nowhere else.{kept} A key saved here comes before one in the environment."
        )
        self.show_keyring(keyring)
        for name in self.rows.keys() - {status.provider for status in statuses}:
            row = self.rows.pop(name)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, status in enumerate(statuses):
            if (known := self.rows.get(status.provider)) is not None:
                known.show_status(status)
            else:
                self._add_row(status, place)
        self.rows = {status.provider: self.rows[status.provider] for status in statuses}
        self._chain()
        self._focus_first()

    def show_keyring(self, keyring: KeyringState) -> None:
        """Say whether the system keeps keys."""
        words, action = _BANNERS[keyring]
        self.banner.show_notice(words, action, kind="info" if keyring == "waiting" else "warning")
        self.banner.action.setEnabled(True)

    def show_asking_keyring(self) -> None:
        """Let the button wait while the keyring is asked."""
        self.banner.action.setEnabled(False)

    def show_testing(self, name: str) -> None:
        """Say that a key is being tried."""
        if (row := self.rows.get(name)) is not None:
            row.show_testing()

    def show_result(self, name: str, words: str, *, works: bool) -> None:
        """Say under a key what came of its test."""
        if (row := self.rows.get(name)) is not None:
            row.show_result(words, works=works)

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
        self._is_fresh = True
        self._fit()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Begin in the first field."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange:
            self._focus_first()

    def _focus_first(self) -> None:
        """Take the keyboard to the first key, once the dialog has it and the rows are there."""
        first = next(iter(self.rows.values()), None)
        if self._is_fresh and first is not None and self.isActiveWindow():
            self._is_fresh = False
            first.field.setFocus()

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
        area = self.screen().availableGeometry()
        over = self.y() + _TITLE_BAR + height - area.bottom()
        if self.isVisible() and over > 0:  # it has grown: its buttons stay on the screen
            self.move(self.x(), max(area.top(), self.y() - over))

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was typed and not saved."""
        for row in self.rows.values():
            row.forget()
            row.show_result("", works=True)
        self.further.forget()
        super().hideEvent(event)

    def _add_row(self, status: KeyStatus, place: int) -> None:
        row = KeyRow(status)
        name = status.provider
        row.entered.connect(lambda key: self.key_entered.emit(name, key))
        row.tested.connect(lambda typed: self.key_tested.emit(name, typed))
        row.removed.connect(lambda: self.key_removed.emit(name))
        self._list.insertWidget(place, row)
        row.show()  # Qt would do so later, and what is not visible cannot take the keyboard
        self.rows[name] = row

    def _chain(self) -> None:
        """Lead Tab through the rows as they stand."""
        further = self.further
        stops: list[QWidget] = []
        for row in self.rows.values():
            stops += [row.field, row.save_button, row.test_button, row.remove_button]
        stops += [further.provider, further.label_field, further.field, further.add_button, self.close_button]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)


__all__ = ["KeyRow", "KeySource", "KeyStatus", "KeysDialog", "status_text"]
