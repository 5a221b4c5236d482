"""The bar under the title: the role, the models, and what is shown beside the conversation."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.views.commands import MenuButton
from desktop.views.controls import Button, ElidedLabel, Switch
from desktop.views.model_menu import ModelMenu
from desktop.views.theme import SPACE

_WIDE = 780
"""Narrower than this, the pane buttons show their icons only."""


class TopBar(QWidget):
    """Role, model line, the off-the-record switch, and the buttons of the panes.

    Attributes:
        list_button: Shows and folds the conversation list; checked while it is shown.
        waiting_button: Shows the conversation list, where something waits in it and it is folded; "Waiting for you".
        role: The combo box "Role".
        models: The label named "Models".
        model_menu: The button "Choose models" behind it, with a menu of models for each seat.
        off_record: The check box "Off the record".
        tools_button: Shows and folds the tool pane; checked while it is shown.
        debug_button: Shows and folds the debug pane; checked while it is shown.
        menu_button: The push button "Menu": what has no button of its own.

    Signals:
        role_chosen(str): The person chose a role; its name.
        off_record_toggled(bool): The person switched off the record on or off.
        pane_toggled(str): The person clicked the button of a pane; its name.
    """

    role_chosen = Signal(str)
    off_record_toggled = Signal(bool)
    pane_toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list_button = Button(icon_name="menu", kind="flat", name="Conversation list")
        self.waiting_button = Button("0", "clock", kind="flat", name="Waiting for you")
        self.waiting_button.hide()
        self._waiting = 0
        self.role = QComboBox()
        self.role.setAccessibleName("Role")
        self.role.setToolTip("Role: which models and tools work on the next message")
        self.role.setProperty("kind", "flat")
        self.role.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.models = ElidedLabel(kind="muted")
        self.models.setAccessibleName("Models")
        self.model_menu = ModelMenu()
        self.off_record = Switch("Off the record")
        self.off_record.setAccessibleName("Off the record")
        self.set_off_record(False)
        self.tools_button = Button("Tool calls", "tools", kind="flat")
        self.tools_button.setToolTip("Tool calls (Ctrl+Shift+T)")
        self.debug_button = Button("Debug", "debug", kind="flat")
        self.debug_button.setToolTip("Debug (Ctrl+Shift+D)")
        self.menu_button = MenuButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.list_button)
        row.addWidget(self.waiting_button)
        row.addWidget(self.role)
        row.addWidget(self.models)
        row.addWidget(self.model_menu)
        row.addStretch(1)
        row.addSpacing(SPACE)
        row.addWidget(self.off_record)
        row.addWidget(self.tools_button)
        row.addWidget(self.debug_button)
        row.addWidget(self.menu_button)
        self._buttons = {"conversations": self.list_button, "tools": self.tools_button, "debug": self.debug_button}
        for name, button in self._buttons.items():
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, pane=name: self.pane_toggled.emit(pane))
        self.waiting_button.clicked.connect(lambda: self.pane_toggled.emit("conversations"))
        self.role.textActivated.connect(self.role_chosen)
        self.off_record.clicked.connect(self.off_record_toggled)

    def show_pane(self, pane: str, shown: bool) -> None:
        """Show whether a pane is seen, on its button."""
        self._buttons[pane].setChecked(shown)
        self.show_waiting(self._waiting)

    def show_waiting(self, count: int) -> None:
        """Say how many runs of other conversations wait, while the list that names them is not seen."""
        self._waiting = count
        words = f"{count:,} waiting for you"
        self.waiting_button.setText(f"{count:,}")
        self.waiting_button.setToolTip(words)
        self.waiting_button.setAccessibleDescription(words)
        self.waiting_button.setVisible(bool(count) and not self.list_button.isChecked())

    def show_roles(self, roles: Sequence[str], current: str) -> None:
        """Offer these roles; nothing is told.

        Args:
            roles: Their names, in order.
            current: The one in use; added where it is not among them.
        """
        names = list(roles) if current in roles else [*roles, current]
        self.role.clear()
        self.role.addItems(names)
        self.role.setCurrentText(current)

    def show_models(self, orchestrator: str, responder: str) -> None:
        """Show who gathers and who answers.

        Args:
            orchestrator: Its label; empty where nobody gathers.
            responder: Its label; empty where the summary is the answer.
        """
        self.models.show_text(" → ".join(each for each in (orchestrator, responder) if each))

    def set_off_record(self, on: bool, *, changeable: bool = True) -> None:
        """Show whether the conversation is off the record; nothing is told.

        Args:
            on: Whether it is.
            changeable: False once something of it was sent: what is stored cannot be taken back.
        """
        self.off_record.setChecked(on)
        self.off_record.setEnabled(changeable)
        what = (
            "Nothing of this conversation is kept on disk; it ends with the window."
            if on or changeable
            else "This conversation is kept on disk."
        )
        why = "" if changeable else " This can be switched only before the first message."
        self.off_record.setToolTip(("On: " if changeable else "") + what + why)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words of the pane buttons out where there is no room for them."""
        wide = event.size().width() >= _WIDE
        self.tools_button.setText("Tool calls" if wide else "")
        self.debug_button.setText("Debug" if wide else "")
        super().resizeEvent(event)
