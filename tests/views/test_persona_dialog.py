"""The dialog of the personas: values in, signals out."""

import pytest
from pytestqt.qtbot import QtBot

from desktop.views.persona_dialog import PersonaDialog, PersonaFile, SentText

FILES = (PersonaFile("default.md", False, True, ("chat", "coder")), PersonaFile("poet.md", True, False))
SENT = (
    SentText("To the writing model", "Roses.\n\nDate: Monday.", "The system prompt."),
    SentText("With each request", "", "Nothing."),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> PersonaDialog:
    made = PersonaDialog()
    qtbot.addWidget(made)
    made.show_files(FILES, "poet.md")
    made.show_text("poet.md", "Roses are red.")
    made.open()
    return made


def test_save_hands_out_what_was_changed_and_nothing_else(qtbot: QtBot, dialog: PersonaDialog) -> None:
    assert not dialog.save_button.isEnabled()
    dialog.editor.setPlainText("Violets are blue.")
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save_button.click()
    assert told.args == ["poet.md", "Violets are blue."]
    dialog.show_text("poet.md", "Violets are blue.")
    assert not dialog.is_changed
    assert not dialog.save_button.isEnabled()


def test_own_file_can_be_deleted_and_own_default_reverted(qtbot: QtBot, dialog: PersonaDialog) -> None:
    assert dialog.delete_button.isVisible()
    assert not dialog.revert_button.isVisible()
    with qtbot.waitSignal(dialog.deleted) as told:
        dialog.delete_button.click()
    assert told.args == ["poet.md"]
    dialog.show_files((PersonaFile("default.md", True, True),), "default.md")
    assert dialog.revert_button.isVisible()
    assert not dialog.delete_button.isVisible()
    dialog.show_files(FILES, "default.md")
    assert not dialog.revert_button.isVisible()


def test_choosing_asks_for_the_text_and_the_marks_are_shown(qtbot: QtBot, dialog: PersonaDialog) -> None:
    with qtbot.waitSignal(dialog.chosen) as told:
        dialog.files.setCurrentRow(0)
    assert told.args == ["default.md"]
    item = dialog.files.item(0)
    assert item is not None
    assert item.text() == "default.md  (in use, the program's)"
    assert "Used by: chat, coder" in item.toolTip()
    assert "No role uses it" in dialog.files.item(1).toolTip()


def test_new_file_gets_the_ending_and_problem_is_shown(qtbot: QtBot, dialog: PersonaDialog) -> None:
    assert not dialog.new_button.isEnabled()
    dialog.name_field.setText(" coder ")
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.new_button.click()
    assert told.args == ["coder.md", ""]
    dialog.show_problem("coder.md cannot be written: No space left on device.")
    assert dialog.problem.isVisible()


def test_what_is_sent_is_shown_part_by_part_for_a_role(qtbot: QtBot, dialog: PersonaDialog) -> None:
    dialog.show_roles(["chat", "coder"], "coder")
    dialog.show_sent(SENT)
    assert dialog.role.currentText() == "coder"
    assert dialog.sent.raw_text == "Roses.\n\nDate: Monday."
    dialog.part.setCurrentIndex(1)
    assert dialog.sent.raw_text == ""
    dialog.show_sent([*SENT[:1], SentText("With each request", "[Asked on Monday]", "")])
    assert dialog.sent.raw_text == "[Asked on Monday]"  # the part that is looked at stays
    with qtbot.waitSignal(dialog.role_chosen) as told:
        dialog.role.setCurrentText("chat")
    assert told.args == ["chat"]


def test_what_is_not_saved_comes_back_with_its_file_and_can_be_discarded(qtbot: QtBot, dialog: PersonaDialog) -> None:
    assert not dialog.discard_button.isVisible()
    dialog.editor.setPlainText("Half a thought.")
    dialog.files.setCurrentRow(0)
    dialog.show_text("default.md", "I am Ada.")
    assert dialog.editor.toPlainText() == "I am Ada."
    dialog.show_text("poet.md", "Roses are red.")
    assert dialog.editor.toPlainText() == "Half a thought."
    with qtbot.waitSignal(dialog.chosen) as told:
        dialog.discard_button.click()
    assert told.args == ["poet.md"]
    assert dialog.editor.toPlainText() == "Roses are red."
