"""The row of buttons below the text: files, the folder, the Tools switch, Send and Stop."""

from pathlib import PurePath

from PySide6.QtGui import QCursor, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from desktop.views.controls import Button, Switch, button_text, plain_tool_tip, set_tool_tip
from desktop.views.theme import SPACE

_MOST_FOLDER_LETTERS = 28
_TOOLS = "On: a model gathers with tools first. Off: the answering model replies alone."
_STOPS = "Stop the run (Esc)"


def elapsed_text(seconds: float) -> str:
    """Seconds as the Stop button shows them: "8 s", "1:05", "1:00:00"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class ComposerRow(QWidget):
    """Shows what it is told; the folder's name gives way where there is no room for all.

    Attributes:
        attach: The button that chooses files.
        folder: The button that shows the workspace.
        tools: The check box "Tools".
        stop: The push button "Stop".
        send: The push button "Send".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder_text = ""
        self.attach = Button(icon_name="paperclip", kind="flat", name="Attach files", parent=self)
        self.folder = Button(icon_name="folder", kind="flat", name="Folder", parent=self)
        self.folder.hide()
        self.tools = Switch("Tools", self)
        self.tools.setAccessibleName("Tools")
        set_tool_tip(self.tools, _TOOLS)
        self.tools.setChecked(True)
        self._tools_wanted = True
        self.stop = Button("Stop", "stop", parent=self)
        self.send = Button("Send", "send", kind="primary", parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE // 2)
        line.addWidget(self.attach)
        line.addWidget(self.folder)
        line.addWidget(self.tools)
        line.addStretch(1)
        line.addWidget(self.stop)
        line.addWidget(self.send)

    def show_elapsed(self, seconds: float) -> None:
        """Show how long the run has worked, on Stop and its tool tip; its accessible name stays "Stop"."""
        self.stop.setText(f"Stop  {elapsed_text(seconds)}")
        self.stop.setToolTip(plain_tool_tip(f"{_STOPS}\nAt work for {elapsed_text(seconds)}"))
        self.stop.setAccessibleDescription(_STOPS)  # which stands still, so that no screen reader counts seconds
        if QToolTip.isVisible() and self.stop.underMouse():  # one that shows does not follow by itself
            QToolTip.showText(QCursor.pos(), self.stop.toolTip(), self.stop)
        self.fit()

    def set_tools_possible(self, possible: bool) -> None:
        """Let the switch be worked, or show it off where the role or the settings use no tools; nothing is told."""
        if possible is self.tools.isEnabled():
            return
        self.tools.blockSignals(True)
        if possible:
            self.tools.setChecked(self._tools_wanted)
        else:
            self._tools_wanted = self.tools.isChecked()
            self.tools.setChecked(False)
        self.tools.blockSignals(False)
        self.tools.setEnabled(possible)
        set_tool_tip(self.tools, _TOOLS if possible else "The role, or the settings, use no tools.")

    def show_folder(self, path: str) -> None:
        """Show the conversation's folder.

        Args:
            path: Absolute; empty hides the button.
        """
        name = PurePath(path).name or path
        shown = name if len(name) <= _MOST_FOLDER_LETTERS else name[: _MOST_FOLDER_LETTERS - 1] + "…"
        self._folder_text = button_text(shown)
        self.folder.setAccessibleName(f"Folder {name}")
        set_tool_tip(self.folder, f"Tools work in {path}\nClick to choose another folder")
        self.folder.setAccessibleDescription(path)
        self.folder.setVisible(bool(path))
        self.fit()

    def show_send(self, name: str, tool_tip: str, *, is_wanted: bool, can_send: bool, beside_stop: bool) -> None:
        """Show what Send does now.

        Args:
            name: "Send", "Queue" or "Save".
            tool_tip: What it says of that.
            is_wanted: Whether it shows.
            can_send: Whether it can be clicked.
            beside_stop: Whether there is room for its icon alone.
        """
        self.send.setText("" if beside_stop else name)
        self.send.set_icon("check" if name == "Save" else "send")
        self.send.setAccessibleName(name)
        self.send.setVisible(is_wanted)
        self.send.setEnabled(can_send)
        set_tool_tip(self.send, tool_tip)
        self.fit()

    def fit(self) -> None:
        """Leave the folder's name out where there is no room for it."""
        self.folder.setText(self._folder_text)
        row = (self.attach, self.folder, self.tools, self.stop, self.send)
        needed = sum(each.sizeHint().width() + SPACE // 2 for each in row if not each.isHidden())
        if needed > self.width():
            self.folder.setText("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the row."""
        super().resizeEvent(event)
        self.fit()
