"""The style sheet: what Fusion would draw with a box, drawn without one.

A button's look is its property ``kind``: none is an outlined button, ``primary`` the accent, ``flat`` no box until it
is hovered, ``danger`` an outlined one in the colour of danger. A label's ``kind`` is ``muted`` or ``heading``.
"""

from collections.abc import Mapping
from string import Template

from desktop.resources import resource_path

_SHEET = Template("""
QMainWindow, QDialog { background: $background; }
QToolTip { background: $text; color: $background; border: none; padding: 4px 8px; }

QWidget[kind="surface"] { background: $surface; }
QFrame[kind="hairline"] { background: $border; border: none; }
QFrame[kind="notice"] { background: $raised; border: none; border-radius: 8px; }

QLabel[kind="muted"] { color: $muted; }
QLabel[kind="danger"] { color: $danger; }
QLabel[kind="heading"] { font-weight: 600; }
QLabel[kind="danger"] { color: $danger; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton {
    background: transparent; color: $text; border: 1px solid $outline; border-radius: 6px;
    padding: 6px 14px; margin: 1px; min-height: 18px;
}
QPushButton:hover, QPushButton:checked { background: $raised; }
QPushButton:pressed { background: $border; }
QPushButton:disabled { color: $outline; border-color: $border; }
QPushButton:focus { border: 2px solid $accent; margin: 0px; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $raised; color: $muted; border-color: $raised; }
QPushButton[kind="flat"] { border-color: transparent; padding: 6px 8px; }
QPushButton[kind="flat"]:focus { border: 2px solid $accent; }
QPushButton[kind="quiet"] { color: $muted; border-color: transparent; padding: 1px 4px; min-height: 0px; }
QPushButton[kind="quiet"]:hover, QPushButton[kind="quiet"]:checked { background: transparent; color: $text; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; }
QPushButton[kind="row"] { border-color: transparent; padding: 0px; margin: 0px; min-height: 0px; }
QPushButton[kind="row"]:focus { border: 2px solid $accent; }
QPushButton[kind="danger"] { color: $danger; border-color: $danger; }

QCheckBox, QRadioButton { spacing: 8px; padding: 2px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $outline; border-radius: 4px; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }

QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $outline; border-radius: 8px; }
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent; }

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit[kind="field"] {
    background: $background; color: $text; border: 1px solid $outline; border-radius: 6px;
    padding: 6px 8px; margin: 1px; min-height: 18px;
}
QSpinBox { padding: 5px 20px 4px 2px; }
QSpinBox QLineEdit {
    border: none; padding: 0px 6px; margin: 0px; min-height: 0px; background: transparent;
}
QSpinBox::up-button, QSpinBox::down-button { subcontrol-origin: border; width: 20px; border: none; }
QSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-arrow { image: url("$caret_up"); width: 12px; height: 12px; }
QSpinBox::down-arrow { image: url("$caret"); width: 12px; height: 12px; }
QPlainTextEdit[kind="field"] { padding: 0px 2px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $accent; margin: 0px; }
QPlainTextEdit[kind="field"]:focus { border: 2px solid $accent; margin: 0px; }
QLineEdit[kind="title"] { padding: 2px 8px; }
QLineEdit[kind="search"] { padding-left: 0px; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: $outline; border-color: $border; }

QComboBox {
    background: transparent; color: $text; border: 1px solid $outline; border-radius: 6px;
    padding: 6px 8px; margin: 1px; min-height: 18px;
}
QComboBox:hover { background: $raised; }
QComboBox:focus { border: 2px solid $accent; margin: 0px; }
QComboBox[kind="flat"] { border-color: transparent; }
QComboBox[kind="flat"]:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$caret"); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: $background; border: 1px solid $border; padding: 4px; outline: none; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 8px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: $raised; color: $text; }

QAbstractScrollArea { border: 2px solid transparent; border-radius: 6px; }
QAbstractScrollArea:focus { border-color: $accent; }
QAbstractScrollArea[boxed="true"]:focus { border-color: transparent; }
QAbstractItemView { outline: none; selection-background-color: $raised; selection-color: $text; }
QListView[kind="choices"] { background: $surface; border-radius: 8px; padding: 4px; }
QListView[kind="choices"]::item { padding: 6px 8px; border-radius: 6px; }
QListView[kind="choices"]::item:hover { background: $raised; }
QListView[kind="choices"]::item:selected { background: $raised; color: $text; }
QHeaderView::section { background: $surface; color: $muted; border: none; padding: 4px 8px; }

QTabWidget::pane { border: none; }
QTabWidget::tab-bar { left: 8px; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab {
    background: transparent; color: $muted; border: 2px solid transparent; border-radius: 6px; padding: 4px 8px;
}
QTabBar::tab:hover { background: $raised; }
QTabBar::tab:selected { color: $text; background: $raised; }
QTabBar QToolButton { background: $surface; border: none; border-radius: 4px; }
QTabBar QToolButton:hover { background: $raised; }
QTabBar:focus::tab:selected { border-color: $accent; }

QMenu { background: $background; border: 1px solid $border; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $outline; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }

QSplitter::handle { background: $border; }
QSplitter::handle:hover { background: $accent; }

QScrollArea, QAbstractScrollArea[kind="bare"] { background: transparent; border: none; }
QScrollArea:focus, QAbstractScrollArea[kind="bare"]:focus { border: none; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $scroll; border: 3px solid transparent; border-radius: 6px; }
QScrollBar::handle:hover { background: $outline; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }

QProgressBar { background: $raised; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
""")


def style_sheet(colours: Mapping[str, str], *, dark: bool) -> str:
    """The application's style sheet.

    Args:
        colours: ``#rrggbb`` for each colour of a theme, by its name.
        dark: Which of the pictures that cannot be tinted here to take.

    Returns:
        The sheet's text.
    """
    return _SHEET.substitute(
        colours,
        scroll="#4a505a" if dark else "#c3c9d1",
        tick=resource_path("icons/tick-dark.svg" if dark else "icons/tick-light.svg").as_posix(),
        caret_up=resource_path("icons/caret-up.svg").as_posix(),
        caret=resource_path("icons/caret.svg").as_posix(),
    )
