"""The three columns: what is left and right of the transcript folds before the transcript is squeezed."""

from typing import Literal, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

PaneName = Literal["conversations", "tools", "debug"]
"""The panes that fold."""

PANES: tuple[PaneName, ...] = get_args(PaneName)
LEAST_CENTRE = 360
"""The transcript's least width, in device-independent pixels."""

_LEAST = {"left": 200, "right": 240}
_FIRST = {"left": 248, "right": 384}


class SidePanes(QSplitter):
    """The conversation list, the centre, and the tool pane over the debug pane.

    A pane is shown when the person wants it and there is room; one that had to fold comes back with the room. A pane
    the person asks for in a narrow window is shown, and the other side folds for it.

    Attributes:
        right: The splitter of the tool pane and the debug pane.

    Signals:
        pane_shown(str, bool): A pane came or went, for whatever reason.
        wishes_changed(): The person showed, hid or resized a pane.
    """

    pane_shown = Signal(str, bool)
    wishes_changed = Signal()

    def __init__(
        self, conversations: QWidget, centre: QWidget, tools: QWidget, debug: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._widgets: dict[str, QWidget] = {"conversations": conversations, "tools": tools, "debug": debug}
        self._wanted: dict[str, bool] = {"conversations": True, "tools": True, "debug": False}
        self._widths = dict(_FIRST)
        self._first_side = "left"
        self._tools_share = 0.5
        self._shown: dict[str, bool] = {}
        self.right = QSplitter(Qt.Orientation.Vertical)
        self.right.setProperty("kind", "surface")
        self.right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.right.addWidget(tools)
        self.right.addWidget(debug)
        for splitter in (self, self.right):
            splitter.setHandleWidth(1)
        for number, widget in enumerate((conversations, centre, self.right)):
            self.addWidget(widget)
            self.setCollapsible(number, number != 1)
            self.setStretchFactor(number, int(number == 1))
        conversations.setMinimumWidth(_LEAST["left"])
        self.right.setMinimumWidth(_LEAST["right"])
        centre.setMinimumWidth(LEAST_CENTRE)
        # Its own least width, not its children's sum: else the window could not become narrower and panes never fold.
        self.setMinimumWidth(LEAST_CENTRE + max(_LEAST.values()))
        self.splitterMoved.connect(lambda _position, _index: self._note_widths())
        self.right.splitterMoved.connect(lambda _position, _index: self._note_heights())
        self._arrange()

    def is_shown(self, pane: PaneName) -> bool:
        """Whether a pane has room in the window now."""
        return self._shown[pane]

    def set_wanted(self, pane: PaneName, wanted: bool) -> None:
        """Show or fold a pane, as the person asks.

        Args:
            pane: Which.
            wanted: Whether it is to be shown.
        """
        self._wanted[pane] = wanted
        if wanted:
            self._first_side = "left" if pane == "conversations" else "right"
        self._arrange()
        self.wishes_changed.emit()

    def toggle(self, pane: PaneName) -> None:
        """Show a pane that is not seen; fold one that is."""
        self.set_wanted(pane, not self._shown[pane])

    def save(self) -> dict[str, str]:
        """The person's wishes as plain text, for `restore`."""
        return {
            "panes": " ".join(name for name in PANES if self._wanted[name]),
            "left_width": str(self._widths["left"]),
            "right_width": str(self._widths["right"]),
            "tools_share": f"{self._tools_share:.3f}",
        }

    def restore(self, values: dict[str, str]) -> None:
        """Take wishes that were saved; what is missing or damaged stays as it is."""
        if "panes" in values:
            names = values["panes"].split()
            self._wanted = {name: name in names for name in PANES}
        for side in ("left", "right"):
            text = values.get(f"{side}_width", "")
            if text.isdecimal():
                self._widths[side] = min(max(int(text), _LEAST[side]), 2000)
        share = values.get("tools_share", "")
        if share.startswith("0.") and share[2:].isdecimal():
            self._tools_share = min(max(float(share), 0.1), 0.9)
            self._shown = {}
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold with the width."""
        self._arrange()
        super().resizeEvent(event)

    def _arrange(self) -> None:
        wanted = {"left": self._wanted["conversations"], "right": self._wanted["tools"] or self._wanted["debug"]}
        widths = {side: self._widths[side] if wanted[side] else 0 for side in ("left", "right")}
        total = self.width() - 2 * self.handleWidth()
        last_side = "right" if self._first_side == "left" else "left"
        for side in (last_side, self._first_side):
            lacking = LEAST_CENTRE - (total - sum(widths.values()))
            if widths[side] and lacking > 0:
                widths[side] = max(_LEAST[side], widths[side] - lacking)
        if total - sum(widths.values()) < LEAST_CENTRE and all(widths.values()):
            widths[last_side] = 0
            widths[self._first_side] = min(self._widths[self._first_side], total - LEAST_CENTRE)
        shown = {
            "conversations": widths["left"] > 0,
            "tools": widths["right"] > 0 and self._wanted["tools"],
            "debug": widths["right"] > 0 and self._wanted["debug"],
        }
        for name, widget in self._widgets.items():
            widget.setVisible(shown[name])
        self.right.setVisible(widths["right"] > 0)
        self.setSizes([widths["left"], max(LEAST_CENTRE, total - sum(widths.values())), widths["right"]])
        both = shown["tools"] and shown["debug"]
        if both and not (self._shown.get("tools") and self._shown.get("debug")):
            self.right.setSizes([round(1000 * self._tools_share), round(1000 * (1 - self._tools_share))])
        changed = [name for name in PANES if shown[name] != self._shown.get(name)]
        self._shown = shown
        for name in changed:
            self.pane_shown.emit(name, shown[name])

    def _note_widths(self) -> None:
        left, _, right = self.sizes()
        if left:
            self._widths["left"] = left
        elif self._shown["conversations"]:
            self._wanted["conversations"] = False
        if right:
            self._widths["right"] = right
        elif self._shown["tools"] or self._shown["debug"]:
            self._wanted["tools"] = self._wanted["debug"] = False
        if not left or not right:
            self._arrange()
        self.wishes_changed.emit()

    def _note_heights(self) -> None:
        heights = dict(zip(("tools", "debug"), self.right.sizes(), strict=True))
        folded = [name for name, height in heights.items() if self._shown[name] and not height]
        for name in folded:
            self._wanted[name] = False
        if folded:
            self._arrange()
        else:
            self._tools_share = heights["tools"] / max(1, sum(heights.values()))
        self.wishes_changed.emit()
