"""The settings dialog: pages, forms, rows; values in, signals out."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.form import Form, FormField
from desktop.views.model_menu import ModelChoice, ModelMenu
from desktop.views.rows_page import PageRow
from desktop.views.settings_dialog import GENERAL, MODELS, ROLES, SettingsDialog

FIELDS = (
    FormField("provider", "Provider", "choice", choices=(("a", "Ada's"), ("b", "Bell's"))),
    FormField("model", "Model", "suggest", help="Which one."),
    FormField("label", "Label", help="Shown."),
    FormField("on", "Use it", "switch"),
)
ROWS = [
    PageRow("one", "One", {"provider": "b", "model": "m-1", "label": "One", "on": "true"}, False, True),
    PageRow("two", "<b>Two</b>", {"provider": "a", "model": "m-2", "label": "Two"}, True, False),
]


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(FIELDS, FIELDS, FIELDS)
    qtbot.addWidget(made)
    made.open()
    return made


def named(parent: QWidget, kind: type[QWidget], name: str) -> QWidget:
    (found,) = [each for each in parent.findChildren(kind) if each.accessibleName() == name]
    return found


def test_a_form_gives_back_what_it_was_given(qtbot: QtBot) -> None:
    form = Form(FIELDS)
    qtbot.addWidget(form)
    values = {"provider": "b", "model": "m", "label": "L & <i>M</i>", "on": "true"}
    with qtbot.assertNotEmitted(form.changed):
        form.show_values(values)
    assert form.values == values
    form.show_values({})
    assert form.values == {"provider": "a", "model": "", "label": "", "on": "false"}


def test_a_problem_stands_under_its_field_and_has_the_focus(dialog: SettingsDialog) -> None:
    dialog.show_page(MODELS)
    form = dialog.models.form
    form.show_problems({"label": "Write a label."})
    field = named(form, QLineEdit, "Label")
    assert field.hasFocus()
    assert field.accessibleDescription() == "Write a label."
    form.show_problems({})
    assert field.accessibleDescription() == "Shown."


def test_suggestions_leave_what_was_typed(qtbot: QtBot) -> None:
    form = Form(FIELDS)
    qtbot.addWidget(form)
    form.show_values({"model": "mine"})
    with qtbot.assertNotEmitted(form.changed):
        form.suggest("model", ["a", "b"])
    assert form.values["model"] == "mine"
    box = named(form, QComboBox, "Model")
    assert isinstance(box, QComboBox)
    assert [box.itemText(at) for at in range(box.count())] == ["a", "b"]


def test_rows_are_shown_chosen_and_handed_out(dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = dialog.models
    dialog.show_page(MODELS)
    page.show_rows(ROWS)
    assert page.form.values["model"] == "m-1"
    assert not page.remove_button.isEnabled(), "what comes with the program stays"
    page.rows.setCurrentRow(1)
    assert page.form.values == {"provider": "a", "model": "m-2", "label": "Two", "on": "false"}
    assert page.remove_button.isEnabled()
    with qtbot.waitSignal(page.removed) as removed:
        QTest.mouseClick(page.remove_button, Qt.MouseButton.LeftButton)
    assert removed.args == ["two"]
    with qtbot.waitSignal(page.saved) as saved:
        QTest.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    assert saved.args == ["two", page.form.values]
    page.show_rows(ROWS)
    assert page.rows.currentRow() == 1, "the chosen row stays chosen"


def test_a_new_row_begins_empty_and_has_no_name_before(dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = dialog.roles
    dialog.show_page(ROLES)
    page.show_rows(ROWS)
    QTest.mouseClick(page.add_button, Qt.MouseButton.LeftButton)
    assert page.form.values["label"] == ""
    assert not page.remove_button.isEnabled()
    with qtbot.waitSignal(page.saved) as saved:
        QTest.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    assert saved.args[0] == ""


def test_further_buttons_hand_out_the_form_and_wait_while_busy(dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = dialog.models
    dialog.show_page(MODELS)
    page.show_rows(ROWS)
    with qtbot.waitSignal(page.action_requested) as asked:
        QTest.mouseClick(page.further["test"], Qt.MouseButton.LeftButton)
    assert asked.args == ["test", page.form.values]
    page.set_busy("Asking …")
    assert not page.further["list"].isEnabled()
    with qtbot.waitSignal(page.action_cancelled):
        QTest.mouseClick(page.notice.action, Qt.MouseButton.LeftButton)
    page.set_busy("")
    assert page.further["list"].isEnabled()
    assert not page.notice.isVisible()


def test_what_is_typed_and_not_saved_is_kept_for_its_row(dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = dialog.models
    dialog.show_page(MODELS)
    page.show_rows(ROWS)
    first, second = ROWS[0].name, ROWS[1].name
    page.form.change_values({**page.form.values, "label": "Typed"})
    page.rows.setCurrentRow(1)
    assert page.form.values["label"] != "Typed"
    page.begin()
    page.form.change_values({**page.form.values, "label": "New"})
    page.rows.setCurrentRow(0)
    assert page.form.values["label"] == "Typed"
    assert page.notice.text.text() == "This model has changes that are not saved."
    page.show_rows(ROWS)  # something else was saved
    assert page.form.values["label"] == "Typed"
    page.show_rows(ROWS, first)  # this one was
    assert page.form.values["label"] == ROWS[0].values["label"]
    assert not page.notice.isVisible()
    page.begin()
    assert page.form.values["label"] == "New"
    page.show_rows(ROWS, second)  # it was saved under a name
    page.begin()
    assert page.form.values["label"] == ""


def test_another_row_ends_what_was_asked_with_the_one_before(dialog: SettingsDialog, qtbot: QtBot) -> None:
    page = dialog.models
    dialog.show_page(MODELS)
    page.show_rows(ROWS)
    page.set_busy("Asking …")
    with qtbot.waitSignal(page.action_cancelled):
        page.rows.setCurrentRow(1)
    assert page.further["test"].isEnabled()
    assert not page.notice.isVisible()


def test_every_button_has_a_name_and_enter_presses_none(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.show_page(GENERAL)
    assert all(button.accessibleName() for button in dialog.findChildren(QPushButton) if button.isVisibleTo(dialog))
    with qtbot.assertNotEmitted(dialog.general_saved):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_the_menu_of_models_tells_the_choice_and_shows_it(qtbot: QtBot) -> None:
    menu = ModelMenu()
    qtbot.addWidget(menu)
    menu.show_choices([ModelChoice("m", "M & N", "gemini"), ModelChoice("n", "N", "anthropic")], {"responder": "n"})
    answers = menu.seats["responder"]
    checked = [action.text() for action in answers.actions() if action.isChecked()]
    assert checked == ["N"]
    with qtbot.waitSignal(menu.model_chosen) as told:
        answers.actions()[2].trigger()
    assert told.args == ["responder", "m"]
    assert answers.actions()[2].text() == "M && N"
    assert menu.chosen == {"responder": "m"}
    with qtbot.waitSignal(menu.model_chosen) as told:
        answers.actions()[0].trigger()
    assert told.args == ["responder", ""]
    assert menu.chosen == {}
