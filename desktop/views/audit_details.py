"""One row of the audit log in full."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.engine.audit import AuditEntry
from desktop.views.audit_text import facts_of, state_text, whole_arguments
from desktop.views.controls import ElidedLabel, label
from desktop.views.copy_button import CopyButton, compact
from desktop.views.literal_text import one_line
from desktop.views.literal_view import INSET, LiteralView
from desktop.views.theme import SPACE


class AuditDetails(QWidget):
    """Shows one row: what was decided and when, and the whole of its arguments.

    Attributes:
        arguments: The field named "Arguments".
        facts: What is shown beside them, by label.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Audit row")
        self._title = ElidedLabel("", "heading")
        self.arguments = LiteralView("Arguments", most_lines=12, is_fixed=True)
        self._copy = CopyButton(lambda: self.arguments.raw_text, "Copy arguments")
        compact(self._copy, 3 * SPACE + 4)
        self.facts: dict[str, str] = {}
        self._rows = QFormLayout()
        self._rows.setHorizontalSpacing(2 * SPACE)
        self._rows.setVerticalSpacing(SPACE // 2)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows.setContentsMargins(INSET, 0, SPACE, 0)
        self._rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.setContentsMargins(INSET, 0, 0, 0)
        self._head = label("Arguments", "muted")
        head.addWidget(self._head, 1)
        head.addWidget(self._copy)
        title = QHBoxLayout()
        title.setContentsMargins(INSET, 0, 0, 0)
        title.addWidget(self._title)
        rows = QWidget()
        rows.setLayout(self._rows)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(rows)
        self._page = QWidget()
        column = QVBoxLayout(self._page)
        column.setContentsMargins(SPACE, SPACE // 2, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(title)
        column.addLayout(head)
        column.addWidget(self.arguments)
        column.addSpacing(SPACE)
        column.addWidget(self._scroll, 1)
        around = QScrollArea()  # in a low window all of it scrolls
        around.setFrameShape(QFrame.Shape.NoFrame)
        around.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        around.setWidgetResizable(True)
        around.setWidget(self._page)
        self._around = around
        self._nothing = label("Choose a row to see all of it.", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._around, 1)
        whole.addWidget(self._nothing, 1)
        self.show_entry(None)

    def show_entry(self, entry: AuditEntry | None) -> None:
        """Show a row, or that none is chosen."""
        self._around.setVisible(entry is not None)
        self._nothing.setVisible(entry is None)
        self.facts = {} if entry is None else dict(facts_of(entry))
        while self._rows.rowCount():
            self._rows.removeRow(0)
        if entry is None:
            self.arguments.show_text("")
            return
        self._title.show_text(f"{one_line(entry.tool)} · {state_text(entry)}")
        self._head.setText("Grant" if entry.kind == "grant" else "Arguments")
        self.arguments.show_text(whole_arguments(entry))
        for name, text in self.facts.items():
            value = label(text, wrap=True)
            value.setAccessibleName(f"{name}: {text}")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._rows.addRow(label(name, "muted"), value)
        self._scroll.verticalScrollBar().setValue(0)
